"""A picture in, a larger picture out: what ``srkit upscale`` and ``srkit.upscale`` have in common."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from srkit.engine.precision import resolve_device, resolve_precision
from srkit.engine.predict import enlarge
from srkit.errors import SrkitError
from srkit.image.resize import weigh
from srkit.inference import memory, transparency
from srkit.inference.arrays import picture_of, tensor_of, to_array
from srkit.inference.load import Loaded
from srkit.inference.steady import Steady
from srkit.inference.tiles import Axis, Grid, Span, Tile
from srkit.inference.transparency import Cover
from srkit.parts.model import ALIGN, HALO

CHROMA_HALO = 2
"""Input pixels that bicubic reaches out for Cb and Cr."""
SMALL = 128 * 128
"""Input pixels that need no look at the memory, which takes half a second."""


def warn(message: str) -> None:
    """Say it as Python's warnings do."""
    warnings.warn(message, RuntimeWarning, stacklevel=3)


class Upscaler:
    """A network that enlarges pictures of any size, a tile at a time.

    Args:
        loaded: The network, from ``srkit.inference.load.load``.
        device: cpu, cuda, ...; auto takes what there is.
        precision: fp32 or bf16; auto is bf16 where the device computes it fast.
        tile: Side of a tile in input pixels; None is what fits into memory and is fast.
        say: Called with what the user should know.

    Raises:
        TrainingError: There is no such device or precision.
        ValueError: The side of a tile is not positive.
    """

    def __init__(
        self,
        loaded: Loaded,
        *,
        device: str = "auto",
        precision: str = "auto",
        tile: int | None = None,
        say: Callable[[str], None] = warn,
    ) -> None:
        if tile is not None and tile <= 0:
            raise ValueError(f"tile must be positive, got {tile}")
        self.name, self.scale, self.color, self.tile, self.say = loaded.name, loaded.scale, loaded.color, tile, say
        self.device = resolve_device(device)
        self.precision = resolve_precision(precision, self.device)
        self.halo: int | None = HALO.of(loaded.model)
        self.align: int = ALIGN.of(loaded.model)
        self._model = loaded.model
        self._network = Steady(loaded.model, self.device, self.precision, self.name, say)

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
            SrkitError: The network gives no numbers.
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
        return tuple(max(1, int(side * wanted + 0.5)) for side in (height, width))  # type: ignore[return-value]

    @cached_property
    def footprint(self) -> int:
        """Bytes that the network wants for every input pixel, about."""
        return memory.footprint(self._model, 1 if self.color == "y" else 3, self.scale)

    def pixels_of_tiles(self, pixels: int, taken: int = 0) -> int:
        """Return how many input pixels a tile may have.

        Args:
            pixels: Those of the image; a small one is a single tile.
            taken: Bytes of the processor's memory that are spoken for.
        """
        if pixels <= SMALL:
            return SMALL
        return max(1, memory.for_tiles(self.device, taken) // self.footprint)

    def steps(self, image: NDArray[Any], result: NDArray[Any]) -> Iterator[float]:
        """Fill ``result`` (H',W',C) from ``image`` (H,W,C), and yield the share that is done after every tile.

        Where the memory is not enough for a tile, it is cut in half, and so are those after it.

        Raises:
            SrkitError: The network gives no numbers, or not even the smallest tile fits into memory.
        """
        cover = transparency.cover_of(image)
        grid = self._grid(image.shape, result.shape, cover)
        most = self.pixels_of_tiles(image.shape[0] * image.shape[1], result.nbytes)
        todo = self._plan(grid, most)[::-1]
        done, total = 0, result.shape[0] * result.shape[1]
        if self.tile is not None:
            most = total
        while todo:
            tile = todo.pop()
            rows, columns = grid.spans(tile)
            if _area(rows, columns) > most and (halves := grid.halves(tile)):
                todo += halves[::-1]
                continue
            part = self._attempt(image, rows, columns, cover)
            if part is None:
                halves = grid.halves(tile)
                if halves is None:
                    raise SrkitError(f"{self.name}: {self._too_small(rows, columns)}")
                most = max(_area(*grid.spans(half)) for half in halves)
                todo += halves[::-1]
                continue
            result[rows.out, columns.out] = part
            done += tile.area
            yield done / total

    def _plan(self, grid: Grid, most: int) -> list[Tile]:
        if self.tile is None or self.halo is None:
            return grid.plan(most)
        down, across = (max(1, -(-axis.length // self.tile)) for axis in grid)
        return list(grid.tiles(min(down, grid.rows.length), min(across, grid.columns.length)))

    def _grid(self, given: tuple[int, ...], wanted: tuple[int, ...], cover: Cover | None) -> Grid:
        halo = self.halo
        if halo is not None:
            halo = max(halo, CHROMA_HALO) + (transparency.REACH if cover and cover.hides else 0)
        rows, columns = (Axis(given[axis], wanted[axis], self.scale, halo, self.align) for axis in (0, 1))
        return Grid(rows, columns)

    def _attempt(self, image: NDArray[Any], rows: Span, columns: Span, cover: Cover | None) -> NDArray[Any] | None:
        """Return a tile's pixels, or None where the memory was not enough."""
        try:
            return self._pixels(image, rows, columns, cover)
        except (RuntimeError, MemoryError) as error:
            if not memory.out_of_memory(error):
                raise
        if self.device.type == "cuda":  # here the error is gone, and with it what its frames held
            torch.cuda.empty_cache()
        return None

    @torch.inference_mode()
    def _pixels(self, image: NDArray[Any], rows: Span, columns: Span, cover: Cover | None) -> NDArray[Any]:
        low = tensor_of(image[rows.window, columns.window]).to(self.device)
        high = self._enlarge(low, cover)[..., rows.cut, columns.cut].clamp(0, 1)
        if rows.weights is not None or columns.weights is not None:  # rounding may leave one side at full size
            high = weigh(high, rows.weights, columns.weights)
        return to_array(high, image.dtype)

    def _enlarge(self, low: Tensor, cover: Cover | None) -> Tensor:
        """Enlarge (1,C,h,w), its alpha too."""
        if cover is None:
            return enlarge(self._network, low, scale=self.scale, color=self.color)
        return transparency.enlarge_both(self._network, low, cover, scale=self.scale, color=self.color)

    def _too_small(self, rows: Span, columns: Span) -> str:
        height, width = rows.seen, columns.seen
        if self.halo is None:
            return (
                f"wants {width} x {height} pixels at once, for which the memory is not enough; "
                "a model with an upsampler that says its halo can be used in tiles"
            )
        return f"finds not even the memory for {width} x {height} pixels"


def _area(rows: Span, columns: Span) -> int:
    """Return how many pixels the network sees."""
    return rows.seen * columns.seen
