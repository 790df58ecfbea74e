"""A picture of what a degradation does: HR and its LR side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from torch import Tensor

from srkit.image.array import UInt8Image
from srkit.image.convert import gray_to_rgb, to_uint8

SIDE = 192
"""Largest side of a piece of HR on the sheet, in pixels."""

ROWS, COLUMNS = 24, 12
"""Most images on a sheet, and most LR images of each."""

GAP = 6
"""White pixels between pictures."""


@dataclass
class ContactSheet:
    """The middle of images, one row each: HR, then every LR, enlarged to the size of HR by repeating its pixels."""

    rows: list[list[UInt8Image]] = field(default_factory=list)

    def add(self, high: Tensor, lows: Sequence[Tensor]) -> None:
        """Add HR (1,C,s*h,s*w) and its LR images (1,C,h,w), unless the sheet is full."""
        if len(self.rows) == ROWS:
            return
        scale = high.shape[-1] // lows[0].shape[-1]
        height, width = (min(side, SIDE // scale) for side in lows[0].shape[-2:])
        top, left = ((side - piece) // 2 for side, piece in zip(lows[0].shape[-2:], (height, width), strict=True))
        pieces = [low[..., top : top + height, left : left + width] for low in lows[:COLUMNS]]
        enlarged = [piece.repeat_interleave(scale, -2).repeat_interleave(scale, -1) for piece in pieces]
        place = high[..., scale * top : scale * (top + height), scale * left : scale * (left + width)]
        self.rows.append([to_uint8(gray_to_rgb(image)) for image in (place, *enlarged)])

    def drawn(self) -> UInt8Image:
        """Return the sheet (H,W,3).

        Raises:
            ValueError: No image was added.
        """
        if not self.rows:
            raise ValueError("the sheet is empty; add an image first")
        heights = [max(len(image) for image in row) + GAP for row in self.rows]
        width = max(sum(image.shape[1] + GAP for image in row) for row in self.rows)
        sheet = np.full((sum(heights) + GAP, width + GAP, 3), 255, np.uint8)
        top = GAP
        for row, height in zip(self.rows, heights, strict=True):
            left = GAP
            for image in row:
                sheet[top : top + image.shape[0], left : left + image.shape[1]] = image
                left += image.shape[1] + GAP
            top += height
        return sheet
