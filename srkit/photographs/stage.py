"""Enlarging a picture by one network, a tile at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from srkit.engine.precision import Precision
from srkit.fused.fp32_fallback import FP32Fallback
from srkit.image.resize import weigh
from srkit.network.network import Network
from srkit.network.tiled import Tiled
from srkit.network.tiles import Span
from srkit.photographs import transparency
from srkit.photographs.arrays import tensor_of, to_array
from srkit.photographs.transparency import Cover


class Stage:
    """A network with what enlarging by it takes.

    Args:
        network: The network.
        device: Where it computes.
        precision: Number format, for a network that allows it.
        tile: Side of a tile in input pixels; None chooses one that fits into memory and is fast.
        say: Called with notes for the user.

    Raises:
        ValueError: The side of a tile is not positive.
    """

    def __init__(
        self,
        network: Network,
        device: torch.device,
        precision: Precision,
        tile: int | None,
        say: Callable[[str], None],
    ) -> None:
        self.network, self.device = network, device
        self.precision: Precision = precision if network.needs.half else "fp32"
        self.tiled = Tiled(network, device, tile)
        self._run = FP32Fallback(network.module, device, self.precision, network.name, say)

    def steps(self, image: NDArray[Any], result: NDArray[Any], reserved: int) -> Iterator[float]:
        """Fill ``result`` (H',W',C) from ``image`` (H,W,C), and yield the share that is done after every tile.

        If the memory is not enough for a tile, this tile and all later ones are cut in half.

        Args:
            image: uint8, uint16, or floats in [0,1].
            result: Of the same kind, or floats; each side at most the network's scale times that of ``image``.
            reserved: Bytes that results will take, which the system may still call free.

        Raises:
            SrkitError: The result has values that are not numbers, the picture is too small for the network, or not
                even the smallest tile fits into memory.
        """
        cover = transparency.cover_of(image)
        more = transparency.REACH if cover and cover.hides else 0
        grid = self.tiled.grid((image.shape[0], image.shape[1]), (result.shape[0], result.shape[1]), more=more)

        def compute(rows: Span, columns: Span) -> NDArray[Any]:
            high = self._pixels(image, rows, columns, cover)
            return to_array(high, result.dtype)

        done, total = 0, result.shape[0] * result.shape[1]
        for tile, part in self.tiled.parts(grid, compute, taken=reserved):
            result[tile.top : tile.bottom, tile.left : tile.right] = part
            done += tile.area
            yield done / total

    @torch.no_grad()
    def _pixels(self, image: NDArray[Any], rows: Span, columns: Span, cover: Cover | None) -> Tensor:
        """Return the pixels (1,C,h,w) of a tile."""
        low = tensor_of(image[rows.window, columns.window]).to(self.device)
        high = self._enlarge(low, cover)[..., rows.cut, columns.cut].clamp(0, 1)
        if rows.weights is not None or columns.weights is not None:  # rounding may leave one side at full size
            high = weigh(high, rows.weights, columns.weights)
        return high

    def _enlarge(self, low: Tensor, cover: Cover | None) -> Tensor:
        """Enlarge (1,C,h,w) with its alpha."""
        color = self.network.color
        if cover is None:
            return color.apply(self._run, low, self.network.scale)
        return transparency.enlarge_both(self._run, low, cover, scale=self.network.scale, color=color)
