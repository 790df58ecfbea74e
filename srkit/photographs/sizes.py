"""The sizes that results may be wished to have: a number of times, of pixels along a side, or of megapixels.

Each size says what the names of its results end in. That depends on the wish and not on the photograph, so a later
run finds the results of an earlier one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Times:
    """So many times larger.

    Args:
        scale: How many times, more than 1.
        at_most: Pixels beyond which the long side is not enlarged; None is no limit.
    """

    scale: float
    at_most: int | None = None

    @property
    def mark(self) -> str:
        """What the names of results end in, such as ``_x2`` or ``_x2_max6000``."""
        return f"_x{self.scale:g}" + ("" if self.at_most is None else f"_max{self.at_most}")

    def __str__(self) -> str:
        return f"x{self.scale:g}" + ("" if self.at_most is None else f" up to {self.at_most:,} pixels")

    def factor(self, height: int, width: int) -> float:
        """Return how many times larger a photograph of this size becomes."""
        return self.scale if self.at_most is None else min(self.scale, self.at_most / max(height, width))


@dataclass(frozen=True)
class Sides:
    """As wide, as high, or as large as fits into both; the shape is kept.

    Args:
        width: Pixels; None is any width.
        height: Pixels; None is any height, unless the width is None too.
    """

    width: int | None = None
    height: int | None = None

    @property
    def mark(self) -> str:
        """What the names of results end in, such as ``_w3000``, ``_h2000`` or ``_w3000_h2000``."""
        return "".join(f"_{letter}{side}" for letter, side in self._given().items())

    def __str__(self) -> str:
        if self.width is not None and self.height is not None:
            return f"within {self.width:,} x {self.height:,} pixels"
        return f"width {self.width:,}" if self.width is not None else f"height {self.height:,}"

    def factor(self, height: int, width: int) -> float:
        """Return how many times larger a photograph of this size becomes."""
        found = {"w": width, "h": height}
        return min(side / found[letter] for letter, side in self._given().items())

    def _given(self) -> dict[str, int]:
        return {letter: side for letter, side in (("w", self.width), ("h", self.height)) if side is not None}


@dataclass(frozen=True)
class LongSide:
    """The longer side has so many pixels."""

    pixels: int

    @property
    def mark(self) -> str:
        """What the names of results end in, such as ``_long3000``."""
        return f"_long{self.pixels}"

    def __str__(self) -> str:
        return f"long side {self.pixels:,}"

    def factor(self, height: int, width: int) -> float:
        """Return how many times larger a photograph of this size becomes."""
        return self.pixels / max(height, width)


@dataclass(frozen=True)
class Megapixels:
    """So many millions of pixels, except that sides are rounded to whole pixels."""

    millions: float

    @property
    def mark(self) -> str:
        """What the names of results end in, such as ``_mp24``."""
        return f"_mp{self.millions:g}"

    def __str__(self) -> str:
        return f"{self.millions:g} megapixels"

    def factor(self, height: int, width: int) -> float:
        """Return how many times larger a photograph of this size becomes."""
        return math.sqrt(self.millions * 1e6 / (height * width))


Size = Times | Sides | LongSide | Megapixels
"""A wish: ``factor`` is above 1 for the photographs that it makes larger."""


def enlarged(height: int, width: int, factor: float) -> tuple[int, int]:
    """Return the (height, width) of a picture that becomes ``factor`` times larger, in whole pixels, at least 1."""
    return max(1, int(height * factor + 0.5)), max(1, int(width * factor + 0.5))
