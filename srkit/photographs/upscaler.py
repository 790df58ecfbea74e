"""Enlarging pictures: the code that ``srkit upscale`` and ``srkit.upscale`` share."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from srkit.engine.precision import resolve_device, resolve_precision
from srkit.fused.fp32_fallback import FP32Fallback
from srkit.image.resize import weigh
from srkit.network.network import Network
from srkit.network.tiled import Tiled
from srkit.network.tiles import Span
from srkit.photographs import transparency
from srkit.photographs.arrays import picture_of, tensor_of, to_array
from srkit.photographs.sizes import enlarged
from srkit.photographs.transparency import Cover


def warn(message: str) -> None:
    """Show a note as a Python warning."""
    warnings.warn(message, RuntimeWarning, stacklevel=3)


class Upscaler:
    """A network that enlarges pictures of any size, a tile at a time.

    Args:
        network: The network, such as the result of ``srkit.weights.load.load``.
        device: cpu, cuda, ...; auto is CUDA, then MPS, then the CPU.
        precision: fp32 or bf16; auto is bf16 if the device computes it fast and the network allows it.
        tile: Side of a tile in input pixels; None chooses one that fits into memory and is fast.
        say: Called with notes for the user.

    Raises:
        TrainingError: There is no such device or precision.
        ValueError: The side of a tile is not positive.
    """

    def __init__(
        self,
        network: Network,
        *,
        device: str = "auto",
        precision: str = "auto",
        tile: int | None = None,
        say: Callable[[str], None] = warn,
    ) -> None:
        self.network, self.name, self.scale, self.say = network, network.name, network.scale, say
        self.device = resolve_device(device)
        wanted = resolve_precision(precision, self.device)
        self.precision = wanted if network.needs.half else "fp32"
        self.tiled = Tiled(network, self.device, tile)
        self._run = FP32Fallback(network.module, self.device, self.precision, network.name, say)

    def __repr__(self) -> str:
        return f"Upscaler({self.name!r}, x{self.scale}, {self.device}, {self.precision})"

    def __call__(self, image: NDArray[Any], scale: float | None = None) -> NDArray[Any]:
        """Enlarge an array (H,W) or (H,W,C): C is 1 (gray), 2 (gray, alpha), 3 (RGB) or 4 (RGB, alpha).

        Args:
            image: uint8, uint16, or floats in [0,1].
            scale: How many times larger, more than 1 and at most the network's; None is the network's.

        Returns:
            An array of the same kind, (round(scale*H), round(scale*W)) or that and C.

        Raises:
            TypeError: The array is no picture.
            ValueError: Its values or the scale are out of range.
            SrkitError: The result has values that are not numbers.
        """
        picture = picture_of(image)
        height, width = self.size(picture.shape[0], picture.shape[1], scale)
        result = np.empty((height, width, picture.shape[2]), picture.dtype)
        for _ in self.steps(picture, result):
            pass
        return result if image.ndim == 3 else result[..., 0]

    def size(self, height: int, width: int, scale: float | None = None) -> tuple[int, int]:
        """Return the (height, width) of an enlarged picture.

        Raises:
            ValueError: The scale is out of range.
        """
        wanted = self.scale if scale is None else scale
        if not 1 < wanted <= self.scale:
            raise ValueError(f"scale wants more than 1 and at most the network's {self.scale}, got {wanted!r}")
        return enlarged(height, width, wanted)

    def steps(self, image: NDArray[Any], result: NDArray[Any]) -> Iterator[float]:
        """Fill ``result`` (H',W',C) from ``image`` (H,W,C), and yield the share that is done after every tile.

        If the memory is not enough for a tile, this tile and all later ones are cut in half.

        Raises:
            SrkitError: The result has values that are not numbers, the picture is too small for the network, or not
                even the smallest tile fits into memory.
        """
        cover = transparency.cover_of(image)
        more = transparency.REACH if cover and cover.hides else 0
        grid = self.tiled.grid((image.shape[0], image.shape[1]), (result.shape[0], result.shape[1]), more=more)

        def compute(rows: Span, columns: Span) -> NDArray[Any]:
            return self._pixels(image, rows, columns, cover)

        done, total = 0, result.shape[0] * result.shape[1]
        for tile, part in self.tiled.parts(grid, compute, taken=result.nbytes):
            result[tile.top : tile.bottom, tile.left : tile.right] = part
            done += tile.area
            yield done / total

    @torch.no_grad()
    def _pixels(self, image: NDArray[Any], rows: Span, columns: Span, cover: Cover | None) -> NDArray[Any]:
        low = tensor_of(image[rows.window, columns.window]).to(self.device)
        high = self._enlarge(low, cover)[..., rows.cut, columns.cut].clamp(0, 1)
        if rows.weights is not None or columns.weights is not None:  # rounding may leave one side at full size
            high = weigh(high, rows.weights, columns.weights)
        return to_array(high, image.dtype)

    def _enlarge(self, low: Tensor, cover: Cover | None) -> Tensor:
        """Enlarge (1,C,h,w) with its alpha."""
        color = self.network.color
        if cover is None:
            return color.apply(self._run, low, self.scale)
        return transparency.enlarge_both(self._run, low, cover, scale=self.scale, color=color)
