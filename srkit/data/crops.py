"""The image, place and orientation of every crop, as pure functions of (seed, crop number)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srkit.seeds import order_of, seed_of


@dataclass(frozen=True)
class Crop:
    """A square of an image, in LR pixels, and one of its eight orientations."""

    image: int
    top: int
    left: int
    orientation: int

    def cut(self, pixels: NDArray[Any], side: int, factor: int = 1) -> NDArray[Any]:
        """Cut ``side`` pixels of (H,W,C) whose grid is ``factor`` times finer than the crop's, and turn them."""
        top, left = self.top * factor, self.left * factor
        return oriented(pixels[top : top + side, left : left + side], self.orientation)


def crops_of(
    seed: int,
    numbers: Iterable[int],
    sizes: Sequence[tuple[int, int]],
    side: int,
    *,
    augment: bool,
    sources: Sequence[tuple[int, float]] = (),
) -> list[Crop]:
    """Return crops by their numbers; crop ``index`` of ``step`` has the number step * batch + index.

    Images come in rounds of a random order, each image once a round; a round may end
    inside a batch. A crop depends on (seed, number) alone.

    Of several sources, that of a crop is drawn first, by weight. Each source has rounds of its own, through which
    the numbers of all crops run, and a crop takes the image whose turn it is in its source: so every image of a
    source is as likely as another, and its crops are spread more evenly than by drawing images.

    Args:
        seed: The experiment's seed.
        numbers: The numbers of the crops, counted from 0.
        sizes: (height, width) of every image, in the pixels that ``side`` counts.
        side: Side of the crop.
        augment: Whether crops are turned and mirrored; otherwise every crop is upright.
        sources: (number of images, weight) of each source, in the order of the images; empty is a single source.
    """
    parts = list(sources) or [(len(sizes), 1.0)]
    return [_crop(seed, number, sizes, side, augment, parts) for number in numbers]


def _crop(
    seed: int,
    number: int,
    sizes: Sequence[tuple[int, int]],
    side: int,
    augment: bool,
    sources: Sequence[tuple[int, float]],
) -> Crop:
    image = _image(seed, number, sources)
    height, width = sizes[image]
    # 63 random bits are divided up as the digits of one number; no place is favoured by more than 2**-30
    digits, top = divmod(seed_of("crop", seed, number), height - side + 1)
    digits, left = divmod(digits, width - side + 1)
    return Crop(image, top, left, digits % 8 if augment else 0)


def _image(seed: int, number: int, sources: Sequence[tuple[int, float]]) -> int:
    source = _source(seed, number, [weight for _, weight in sources])
    before, count = sum(images for images, _ in sources[:source]), sources[source][0]
    epoch, place = divmod(number, count)
    return before + int(_order(seed, source, epoch, count)[place])


def _source(seed: int, number: int, weights: Sequence[float]) -> int:
    """Draw the source of a crop by weight."""
    if len(weights) == 1:
        return 0
    ends = list(accumulate(weights))
    return min(bisect_right(ends, seed_of("source", seed, number) * 2.0**-63 * ends[-1]), len(weights) - 1)


@lru_cache(maxsize=64)
def _order(seed: int, source: int, epoch: int, count: int) -> NDArray[np.int64]:
    which = ("source", source) if source else ()  # the order of a single source has no name
    return order_of(count, "order", seed, epoch, *which)


def oriented(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Return (H,W,C) in one of its eight orientations: 0 to 3 quarter turns, mirrored from 4 on."""
    turned = np.rot90(pixels, orientation % 4)
    return turned[:, ::-1] if orientation >= 4 else turned
