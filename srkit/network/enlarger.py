"""The one way to enlarge an image with a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

import torch
from torch import Tensor

from srkit.engine.precision import Precision, autocast
from srkit.network.network import Network
from srkit.network.tiled import Tiled
from srkit.network.tiles import Span


class Enlarger(Protocol):
    """Enlarges images, by a network or by interpolation."""

    @property
    def scale(self) -> int:
        """How many times larger s."""
        ...

    def __call__(self, low: Tensor, /) -> Tensor:
        """Enlarge (1,C,h,w) in [0,1], C being 1 (gray) or 3 (RGB), to (1,C,s*h,s*w) in [0,1], on the CPU."""
        ...


class NetworkEnlarger:
    """An ``Enlarger`` by a network: in one piece if the memory allows it, else in tiles, with the same result.

    The network is run as it is written, in evaluation mode and without gradients; a module that learns in every
    call may switch them on for itself. The network may be trained between calls.

    Args:
        network: The network, which is moved to the device.
        device: The device to compute on.
        precision: Number format; a network that needs fp32 always gets it.
        side: Side of a tile, in input pixels; None chooses one that fits into memory.
    """

    def __init__(
        self, network: Network, *, device: torch.device, precision: Precision = "fp32", side: int | None = None
    ) -> None:
        self.network, self.device = network, device
        self.precision: Precision = precision if network.needs.half else "fp32"
        network.module.to(device)
        self._tiled = Tiled(network, device, side)

    @property
    def scale(self) -> int:
        """How many times larger."""
        return self.network.scale

    def __call__(self, low: Tensor) -> Tensor:
        """Enlarge (N,C,h,w) in [0,1], C being 1 (gray) or 3 (RGB), to (N,C,s*h,s*w) in [0,1], on the CPU.

        Raises:
            SrkitError: The image is too small for the network, or the memory too small for the smallest tile.
        """
        color, scale = self.network.color, self.scale
        return self._assembled(low, lambda window: color.apply(self._run, window, scale).clamp(0, 1))

    def planes(self, low: Tensor) -> Tensor:
        """Run the network on (N,C,h,w) of its own colours, C being ``color.channels``: (N,C,s*h,s*w), on the CPU.

        The result is not clipped, and has the number format of ``low``.

        Raises:
            SrkitError: As for a call.
        """
        return self._assembled(low, self._run)

    def _run(self, low: Tensor) -> Tensor:
        with autocast(self.device, self.precision):
            high: Tensor = self.network.module(low)
        return high.to(low.dtype)

    @torch.no_grad()  # not inference_mode: a tensor that is made in it can never have a gradient
    def _assembled(self, low: Tensor, enlarge: Callable[[Tensor], Tensor]) -> Tensor:
        self.network.module.eval()
        height, width = low.shape[-2] * self.scale, low.shape[-1] * self.scale

        def compute(rows: Span, columns: Span) -> Tensor:
            high = enlarge(low[..., rows.window, columns.window].to(self.device))
            return high[..., rows.cut, columns.cut].cpu()

        grid = self._tiled.grid((low.shape[-2], low.shape[-1]), (height, width))
        bytes_of_result = len(low) * low.shape[1] * height * width * low.element_size()
        result: Tensor | None = None
        for tile, part in self._tiled.parts(grid, compute, taken=bytes_of_result):
            if tile.area == height * width:
                return part
            if result is None:
                result = part.new_empty((*part.shape[:2], height, width))
            result[..., tile.top : tile.bottom, tile.left : tile.right] = part
        assert result is not None
        return result


class WithLow(Protocol):
    """An object that holds an image to enlarge."""

    @property
    def low(self) -> Tensor:
        """(1,C,h,w) in [0,1]."""
        ...


Given = TypeVar("Given", bound=WithLow)


def enlarged(enlarger: Enlarger, examples: Iterable[Given]) -> Iterator[tuple[Given, Tensor]]:
    """Yield every example with its LR enlarged by ``enlarger``: (1,C,s*h,s*w) in [0,1], on the CPU."""
    for example in examples:
        yield example, enlarger(example.low)
