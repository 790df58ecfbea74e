"""Enlarging a picture by one network, a tile at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from srkit.engine.precision import Precision
from srkit.errors import SrkitError
from srkit.fused.fp32_fallback import FP32Fallback
from srkit.image.resize import weigh
from srkit.network.network import Network
from srkit.network.tiled import Tiled
from srkit.network.tiles import Span, TileGrid
from srkit.photographs import transparency
from srkit.photographs.arrays import tensor_of, to_array
from srkit.photographs.transparency import Cover

Mix = Callable[[Tensor, slice, slice], Tensor]
"""Takes the pixels (1,C,h,w) of a tile, and its rows and columns in the result; gives the pixels to write."""


class Stage:
    """A network with what enlarging by it takes.

    Args:
        network: The network.
        device: Where it computes.
        precision: Number format, for a network that allows it.
        tile: Side of a tile in input pixels; None chooses one that fits into memory and is fast.
        say: Called with notes for the user.
        wrap: Whether pictures go on beyond their borders with their other side.

    Raises:
        ValueError: The side of a tile is not positive.
        SrkitError: Pictures are to be wrapped for a network that sees the whole picture.
    """

    def __init__(
        self,
        network: Network,
        device: torch.device,
        precision: Precision,
        tile: int | None,
        say: Callable[[str], None],
        *,
        wrap: bool = False,
    ) -> None:
        if wrap and network.needs.reach is None:
            raise SrkitError(
                f"{network.name}: cannot wrap a picture (--wrap), since it looks at the whole of it; use bicubic, "
                "or a network that says how far it looks, such as those that come with srkit"
            )
        self.network, self.device, self.wrap = network, device, wrap
        self.precision: Precision = precision if network.needs.half else "fp32"
        self.tiled = Tiled(network, device, tile)
        self._run = FP32Fallback(network.module, device, self.precision, network.name, say)

    def steps(
        self, image: NDArray[Any], result: NDArray[Any], reserved: int, mix: Mix | None = None
    ) -> Iterator[float]:
        """Fill ``result`` (H',W',C) from ``image`` (H,W,C), and yield the share that is done after every tile.

        If the memory is not enough for a tile, this tile and all later ones are cut in half.

        Args:
            image: uint8, uint16, or floats in [0,1].
            result: Of the same kind, or floats; each side at most the network's scale times that of ``image``.
            reserved: Bytes that results will take, which the system may still call free.
            mix: Changes the pixels of every tile before they are rounded; None leaves them.

        Raises:
            SrkitError: The result has values that are not numbers, the picture is too small for the network, or not
                even the smallest tile fits into memory.
        """
        cover = transparency.cover_of(image)
        grid = self.grid(image, result, cover)

        def compute(rows: Span, columns: Span) -> NDArray[Any]:
            high = self.pixels(image, rows, columns, cover)
            return to_array(high if mix is None else mix(high, rows.out, columns.out), result.dtype)

        done, total = 0, result.shape[0] * result.shape[1]
        for tile, part in self.tiled.parts(grid, compute, taken=reserved):
            result[tile.top : tile.bottom, tile.left : tile.right] = part
            done += tile.area
            yield done / total

    def grid(self, image: NDArray[Any], result: NDArray[Any], cover: Cover | None) -> TileGrid:
        """Return the axes along which ``image`` (H,W,C), with the facts about its alpha, is cut to fill ``result``.

        Raises:
            SrkitError: The picture is too small for the network.
        """
        more = transparency.REACH if cover and cover.hides else 0
        return self.tiled.grid(image.shape[:2], result.shape[:2], more=more, wrap=self.wrap)

    @torch.no_grad()
    def pixels(self, image: NDArray[Any], rows: Span, columns: Span, cover: Cover | None) -> Tensor:
        """Return the pixels (1,C,h,w) of a tile of the enlarged ``image``, in [0,1].

        Args:
            image: (H,W,C) of uint8, uint16, or floats in [0,1].
            rows: The span of the tile along the rows.
            columns: That along the columns.
            cover: The facts about the whole image's alpha; None if it has none.
        """
        low = tensor_of(_window(_window(image, 0, rows.window), 1, columns.window)).to(self.device)
        high = self._enlarge(low, cover)[..., rows.cut, columns.cut].clamp(0, 1)
        if rows.weights is not None or columns.weights is not None:  # rounding may leave one side at full size
            high = weigh(high, rows.weights, columns.weights).clamp(0, 1)
        return high

    def _enlarge(self, low: Tensor, cover: Cover | None) -> Tensor:
        """Enlarge (1,C,h,w) with its alpha."""
        color = self.network.color
        if cover is None:
            return color.apply(self._run, low, self.network.scale)
        return transparency.enlarge_both(self._run, low, cover, scale=self.network.scale, color=color)


def _window(image: NDArray[Any], axis: int, place: slice) -> NDArray[Any]:
    """Return a part of an image (H,W,C) along an axis; outside of the image lies its other side."""
    if place.start >= 0 and place.stop <= image.shape[axis]:
        return image[place] if axis == 0 else image[:, place]
    return image.take(np.arange(place.start, place.stop), axis, mode="wrap")
