"""Cutting an image into tiles whose results, put together, equal the result of the whole image.

A tile includes a halo of input pixels around its own: all pixels on which its result depends. At the border of the
image there is no halo, so that the network pads there as it pads the whole image.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor

from srkit.image.bicubic import LineResize, block

SMALLEST = 16
"""Side of a tile, in input pixels, below which it is not cut any further."""
LONGEST = 8192
"""Side of a window, in input pixels, above which it is cut though the memory allows it.

Where there are few rows, the time of oneDNN's convolutions in bf16 grows with the square of the width: a gray
picture of 65535 x 1 pixels took 14 s as one window, and 0.4 s in windows of this width.
"""


class Span(NamedTuple):
    """A stretch of the result along one axis, with the input that it is computed from."""

    out: slice
    """Its place in the result."""
    window: slice
    """The part of the image that the network sees; of one that is wrapped, it may begin or end outside of it."""
    cut: slice
    """The part of the network's output for the window that is used."""
    weights: Tensor | None
    """(out, cut) weights that shrink it to the size of the result; None if it has that size."""

    @property
    def seen(self) -> int:
        """The length of the window."""
        return int(self.window.stop - self.window.start)


@dataclass(frozen=True)
class Axis:
    """One axis of an image that a network enlarges, and that is then shrunk if the result has another scale.

    Args:
        length: Input samples.
        out: Output samples, at most ``scale * length``.
        scale: Scale of the network.
        halo: Input samples on either side on which an output depends; None is the whole axis.
        multiple: Windows start and end at multiples of this number, or at the border.
        least: Least length of a window, in samples, if the image is as long.
        wrap: Whether the image goes on beyond its borders with its other side, as a texture that is laid in tiles.
    """

    length: int
    out: int
    scale: int
    halo: int | None
    multiple: int = 1
    least: int = 1
    wrap: bool = False

    @property
    def line(self) -> LineResize | None:
        """The resize that shrinks the network's output; None if nothing is shrunk."""
        large = self.length * self.scale
        if large == self.out:
            return None
        return LineResize(large, self.out, self.out / large, "open" if self.wrap else "symmetric", True)

    def span(self, start: int, stop: int) -> Span:
        """Return the span of the outputs [start, stop)."""
        first, last, weights = start, stop, None
        if self.line is not None:
            first, last, matrix = block(self.line, start, stop)
            weights = torch.from_numpy(matrix)
        begin, end = 0, self.length
        if self.halo is not None:
            begin = first // self.scale - self.halo
            begin -= begin % self.multiple
            end = max(-(-last // self.scale) + self.halo, begin + self.least if self.wrap else 0)
            end += -end % self.multiple
            if not self.wrap:
                begin, end = max(0, begin), min(self.length, end)
            if end - begin < self.least:
                begin, end = self._longer(begin, end)
        origin = begin * self.scale
        return Span(slice(start, stop), slice(begin, end), slice(first - origin, last - origin), weights)

    def _longer(self, begin: int, end: int) -> tuple[int, int]:
        """Return a window of ``least`` samples or more, up to the next multiple, that holds [begin, end)."""
        end = min(self.length, begin + self.least)
        end = min(self.length, end + -end % self.multiple)
        begin = max(0, min(begin, end - self.least))
        return begin - begin % self.multiple, end

    def cuts(self, count: int) -> list[int]:
        """Return the ``count + 1`` places where the output is cut into about equal parts, between input samples."""
        step = self.scale if self.line is None else 1
        whole = self.out // step
        return [step * (whole * place // count) for place in range(count + 1)]

    def window(self, count: int) -> int:
        """Return an upper bound of the windows' length when the output is cut into ``count`` parts."""
        if self.halo is None or (count == 1 and not self.wrap):
            return self.length
        longest = -(-self.length // count) + self._around(self.halo)
        return longest if self.wrap else min(self.length, longest)

    def count(self, longest: int) -> int | None:
        """Return the least number of parts with windows of at most ``longest`` samples; None if there is none."""
        if self.length <= longest and not self.wrap:
            return 1
        part = 0 if self.halo is None else longest - self._around(self.halo)
        return -(-self.length // part) if part >= SMALLEST else None

    @property
    def most(self) -> int:
        """The number of parts when they are as small as possible."""
        return 1 if self.halo is None else max(1, self.length // SMALLEST)

    def _around(self, halo: int) -> int:
        """Return by how many samples a window may be longer than its part of the image."""
        reach = 0 if self.line is None else 2 + math.ceil(4 / (self.line.scale * self.scale))  # for the shrinking
        return max(reach + 2 * (halo + self.multiple - 1), self.least + self.multiple - 1)


class Tile(NamedTuple):
    """A rectangle of the result: [top, bottom) by [left, right)."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def area(self) -> int:
        """Number of its pixels."""
        return (self.bottom - self.top) * (self.right - self.left)


class TileGrid(NamedTuple):
    """The two axes of an image."""

    rows: Axis
    columns: Axis

    @property
    def seen(self) -> int:
        """The number of pixels that the network sees if nothing is cut."""
        return self.rows.window(1) * self.columns.window(1)

    def plan(self, most: int) -> list[Tile]:
        """Cut the result into tiles such that the fewest pixels are computed more than once.

        Args:
            most: Most pixels of a window, unless the smallest tiles need more.
        """
        best: tuple[float, int, int] | None = None
        for across in range(self.columns.count(LONGEST) or 1, self.columns.most + 1):
            width = self.columns.window(across)
            down = self.rows.count(min(LONGEST, most // width))
            if down is not None:
                seen = down * self.rows.window(down) * across * width
                best = min(best or (seen, down, across), (seen, down, across))
        _, down, across = best or (0, self.rows.most, self.columns.most)
        return list(self.tiles(down, across))

    def tiles(self, down: int, across: int) -> Iterator[Tile]:
        """Cut the result into ``down`` times ``across`` tiles."""
        rows, columns = self.rows.cuts(down), self.columns.cuts(across)
        for top, bottom in pairwise(rows):
            for left, right in pairwise(columns):
                yield Tile(top, bottom, left, right)

    def spans(self, tile: Tile) -> tuple[Span, Span]:
        """Return the spans of ``tile`` along the rows and along the columns."""
        return self.rows.span(tile.top, tile.bottom), self.columns.span(tile.left, tile.right)

    def halves(self, tile: Tile) -> tuple[Tile, Tile] | None:
        """Cut ``tile`` across its longer side; return None if it is as small as possible."""
        tall, wide = tile.bottom - tile.top, tile.right - tile.left
        axis, start, length = (self.rows, tile.top, tall) if tall >= wide else (self.columns, tile.left, wide)
        if axis.halo is None or length < 2 * SMALLEST * axis.scale:
            return None
        step = axis.scale if axis.line is None else 1
        middle = start + length // 2 // step * step
        if axis is self.rows:
            return tile._replace(bottom=middle), tile._replace(top=middle)
        return tile._replace(right=middle), tile._replace(left=middle)
