"""Bicubic beside the networks: what a result is mixed with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from srkit.models.bicubic import Bicubic as BicubicModel
from srkit.network.color import Color
from srkit.network.network import Network
from srkit.photographs import transparency
from srkit.photographs.stage import Mix, Stage


class Bicubic:
    """Bicubic as large as networks enlarge, and then shrunk as their result is.

    Args:
        scale: How many times larger the networks make an image.
        device: Where it computes, in fp32.
        tile: Side of a tile in input pixels, where there is nothing but bicubic; None chooses one.
        say: Called with notes for the user.
        wrap: Whether pictures go on beyond their borders with their other side.
    """

    def __init__(
        self, scale: int, device: torch.device, tile: int | None, say: Callable[[str], None], *, wrap: bool = False
    ) -> None:
        network = Network.of(BicubicModel(scale, 3), scale, Color.RGB, name="bicubic")
        self.stage = Stage(network, device, "fp32", tile, say, wrap=wrap)

    def mix(self, image: NDArray[Any], result: NDArray[Any], strength: float) -> Mix:
        """Return a function that mixes tiles of ``result`` with the same tiles of bicubic.

        Args:
            image: The picture (H,W,C) that bicubic enlarges: uint8, uint16, or floats in [0,1].
            result: The array (H',W',C) that the tiles belong to; its size alone is used.
            strength: Share of the networks, from 0 to 1.
        """
        cover = transparency.cover_of(image)
        grid = self.stage.grid(image, result, cover)

        def mixed(high: Tensor, rows: slice, columns: slice) -> Tensor:
            down, across = grid.rows.span(rows.start, rows.stop), grid.columns.span(columns.start, columns.stop)
            return torch.lerp(self.stage.pixels(image, down, across, cover), high, strength)

        return mixed
