"""The contract of augmentations."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor

from srkit.draws import Draws
from srkit.parts.augmentation import AugmentationFn
from srkit.registry import Part
from srkit.testing.making import CHANNELS, SCALES, Make, rebuilt, steady, tensor

INSTEAD = "draw from the draws that it is given"
COUNT, SIDE = 4, 12


def augmentation(part: Part, make: Make) -> None:
    """Check that pairs become others of the same shapes, each by itself, with random numbers from the draws alone.

    An augmentation may refuse scales when it is built, but not all.
    """
    for (scale,) in make.allowed(SCALES):
        for channels in CHANNELS:
            _works(part, make, scale, channels)


@torch.no_grad()
def _works(part: Part, make: Make, scale: int, channels: int) -> None:
    one: AugmentationFn = make(scale)
    low, high, other_low, other_high = (
        torch.rand(COUNT, channels, SIDE * factor, (SIDE + 2) * factor) for factor in (1, scale, 1, scale)
    )
    given = low.clone(), high.clone()

    def partners(rows: Sequence[int]) -> tuple[Tensor, Tensor]:
        return other_low[list(rows)], other_high[list(rows)]

    found = one(low, high, partners, _draws())
    for image, before, name in zip(found, given, ("LR", "HR"), strict=True):
        tensor(part, image, tuple(before.shape), f"{name} of {tuple(before.shape)}")
        assert image.isfinite().all(), f"{part}: gives values that are not numbers"
        assert image.dtype == before.dtype, f"{part}: wants images of {before.dtype}, gave {image.dtype}"
    unchanged = torch.equal(low, given[0]) and torch.equal(high, given[1])
    assert unchanged, f"{part}: changes the images that it is given"
    with ThreadPoolExecutor(1) as threads:  # batches are prepared in threads
        again = threads.submit(one, low, high, partners, _draws()).result()
    assert all(map(torch.equal, found, again)), f"{part}: the same draws must give the same images; {INSTEAD}"
    for row in range(COUNT):
        rows = slice(row, row + 1)
        own = other_low[rows], other_high[rows]
        alone = one(low[rows], high[rows], lambda _, own=own: own, _draws()[rows])
        same = all(torch.equal(image[0], batch[row]) for image, batch in zip(alone, found, strict=True))
        assert same, (
            f"{part}: pair {row} alone becomes another one than in a batch of {COUNT}; what becomes of it may "
            "depend on its own row, on its own row of the draws and on its own partner alone, to the last bit"
        )

    def flat(low: Tensor, high: Tensor) -> Tensor:
        return torch.cat([image.flatten() for image in one(low, high, partners, _draws())])

    first = steady(part, flat, low, high, instead=INSTEAD)
    second = make(scale)(low, high, partners, _draws())
    rebuilt(part, first, torch.cat([image.flatten() for image in second]))


def _draws() -> Draws:
    return Draws.of(("augmentation", row) for row in range(COUNT))
