"""Results tile by tile: tiles as large as the memory allows, halved when it turns out to be too small."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TypeVar

import torch

from srkit.errors import SrkitError
from srkit.network import memory
from srkit.network.network import Network
from srkit.network.tiles import Axis, Span, Tile, TileGrid

BICUBIC_HALO = 2
"""Input pixels on either side on which a pixel of bicubic depends; it enlarges chroma beside a network of luma."""
SMALL = 128 * 128
"""Most input pixels of an image for which the memory is not checked, since a check takes half a second."""

Part = TypeVar("Part")


class Tiled:
    """Cuts images for a network, and computes the tiles one after the other.

    Args:
        network: The network, with the halo and the multiples that a window must keep.
        device: The device of the network.
        side: Side of a tile, in input pixels; None chooses one that fits into memory and is fast.
    """

    def __init__(self, network: Network, device: torch.device, side: int | None = None) -> None:
        if side is not None and side <= 0:
            raise ValueError(f"tile must be positive, got {side}")
        self.network, self.device, self.side = network, device, side

    @cached_property
    def footprint(self) -> int:
        """Estimate of the bytes that the network needs for every input pixel."""
        return memory.footprint(self.network)

    def most_pixels(self, pixels: int, taken: int = 0) -> int:
        """Return how many input pixels a tile may have.

        Args:
            pixels: Number of pixels of the image; a small image is a single tile.
            taken: Bytes of the processor's memory that are reserved for other data.
        """
        if pixels <= SMALL:
            return SMALL
        return max(1, memory.for_tiles(self.device, taken) // self.footprint)

    def grid(
        self, size: tuple[int, int], wanted: tuple[int, int], *, more: int = 0, wrap: bool = False
    ) -> TileGrid:
        """Return the two axes of an image along which it is cut.

        Args:
            size: Height and width of the image.
            wanted: Height and width of the result, each at most the scale times that of the image.
            more: Input pixels by which a window must be wider on every side than the network needs.
            wrap: Whether the image goes on beyond its borders with its other side.

        Raises:
            SrkitError: The image is smaller than the network accepts.
        """
        needs = self.network.needs
        if min(size) < needs.least:
            raise SrkitError(
                f"{self.network.name}: wants images of {needs.least} x {needs.least} pixels or more, "
                f"found {size[1]} x {size[0]}"
            )
        halo = None if needs.reach is None else max(needs.reach, BICUBIC_HALO) + more
        rows, columns = (
            Axis(length, out, self.network.scale, halo, needs.multiple, needs.least, wrap)
            for length, out in zip(size, wanted, strict=True)
        )
        return TileGrid(rows, columns)

    def parts(
        self, grid: TileGrid, compute: Callable[[Span, Span], Part], *, taken: int = 0
    ) -> Iterator[tuple[Tile, Part]]:
        """Yield every tile of the result with the pixels that ``compute`` gives for its two spans.

        If the memory is not enough for a tile, this tile and all later ones are cut in half.

        Args:
            grid: The axes of the image, from ``grid``.
            compute: Computes a tile from its span along the rows and its span along the columns.
            taken: Bytes of the processor's memory that are reserved for other data.

        Raises:
            SrkitError: Not even the smallest tile fits into memory.
        """
        most = self.most_pixels(grid.seen, taken)
        todo = self._plan(grid, most)[::-1]
        if self.side is not None:
            most = grid.seen
        while todo:
            tile = todo.pop()
            rows, columns = grid.spans(tile)
            if _pixels(rows, columns) > most and (halves := grid.halves(tile)):
                todo += halves[::-1]
                continue
            part = self._attempt(compute, rows, columns)
            if part is None:
                halves = grid.halves(tile)
                if halves is None:
                    raise SrkitError(f"{self.network.name}: {self._too_small(rows, columns)}")
                most = max(_pixels(*grid.spans(half)) for half in halves)
                todo += halves[::-1]
                continue
            yield tile, part

    def _plan(self, grid: TileGrid, most: int) -> list[Tile]:
        if self.side is None or grid.rows.halo is None:
            return grid.plan(most)
        down, across = (max(1, -(-axis.length // self.side)) for axis in grid)
        return list(grid.tiles(min(down, grid.rows.length), min(across, grid.columns.length)))

    def _attempt(self, compute: Callable[[Span, Span], Part], rows: Span, columns: Span) -> Part | None:
        """Return a tile of the result, or None if the memory was not enough."""
        try:
            return compute(rows, columns)
        except (RuntimeError, MemoryError) as error:
            if not memory.out_of_memory(error):
                raise
        if self.device.type == "cuda":  # the error is released here, and with it the tensors of its frames
            torch.cuda.empty_cache()
        return None

    def _too_small(self, rows: Span, columns: Span) -> str:
        height, width = rows.seen, columns.seen
        if self.network.needs.whole:
            return (
                f"wants {width} x {height} pixels at once, found too little memory for them; "
                "it needs the whole image, so a smaller image is the only way"
            )
        if self.network.needs.halo is None:
            return (
                f"wants {width} x {height} pixels at once, found too little memory for them; "
                "a model whose upsampler declares its halo can be used in tiles"
            )
        return f"wants memory for tiles of {width} x {height} pixels, found too little"


def _pixels(rows: Span, columns: Span) -> int:
    """Return the number of pixels that the network sees."""
    return rows.seen * columns.seen
