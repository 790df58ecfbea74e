"""Which image, where, which way round: pure functions of (seed, step, index)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srkit.data.seeds import order_of, seed_of


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
    seed: int, step: int, batch: int, sizes: Sequence[tuple[int, int]], side: int, *, augment: bool
) -> list[Crop]:
    """Return the crops of one step.

    Images come in random order, every one once an epoch; an epoch may end inside
    a batch. The crop ``index`` of ``step`` depends on (seed, step * batch + index) alone.

    Args:
        seed: The experiment's seed.
        step: Counted from 0.
        batch: Crops in a step.
        sizes: (height, width) of every image, in the pixels that ``side`` counts.
        side: Side of the crop.
        augment: Turn and mirror; otherwise every crop is upright.
    """
    return [_crop(seed, step * batch + index, sizes, side, augment) for index in range(batch)]


def _crop(seed: int, number: int, sizes: Sequence[tuple[int, int]], side: int, augment: bool) -> Crop:
    epoch, place = divmod(number, len(sizes))
    image = int(_order(seed, epoch, len(sizes))[place])
    height, width = sizes[image]
    # 63 random bits are the digits of one number; what is left over favours no place by more than 2**-30
    digits, top = divmod(seed_of("crop", seed, number), height - side + 1)
    digits, left = divmod(digits, width - side + 1)
    return Crop(image, top, left, digits % 8 if augment else 0)


@lru_cache(maxsize=16)
def _order(seed: int, epoch: int, count: int) -> NDArray[np.int64]:
    return order_of(count, "order", seed, epoch)


def oriented(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Return (H,W,C) in one of its eight orientations: 0 to 3 quarter turns, mirrored from 4 on."""
    turned = np.rot90(pixels, orientation % 4)
    return turned[:, ::-1] if orientation >= 4 else turned
