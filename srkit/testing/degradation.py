"""What every degradation must keep."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import torch
from torch import Generator, Tensor

from srkit.image.color import luma
from srkit.parts.degradation import PER_CHANNEL, RESIZES, Traced
from srkit.registry import Part
from srkit.testing.making import SCALES, Make, rebuilt, steady, tensor

INSTEAD = "draw from the generator that it is given"
LEVEL = 2.1 / 255
"""How far rounding to 8 bits, before or after luma is taken and once for each axis, may move it."""

BATCHES = ((3, 1), (3, 3), (1, 3))
"""Images and channels: batches of RGB or of luma in training, one image after the other in tests, gray ones too."""


def degradation(part: Part, make: Make) -> None:
    """HR (N,C,sH,sW) becomes LR (N,C,H,W) or, for a stage, keeps its size; the generator alone decides.

    It may refuse scales when it is built, as long as one is left.
    """
    for (scale,) in make.allowed(SCALES):
        for images, channels in BATCHES:
            _degrades(part, make, scale, torch.rand(images, channels, 16 * scale, 12 * scale))


@torch.no_grad()
def _degrades(part: Part, make: Make, scale: int, high: Tensor) -> None:
    one, given = make(scale), high.clone()
    try:
        low = one(high, _generator(1))
    except Exception as error:  # whatever a stranger's code raises, it must be said of what
        raise AssertionError(
            f"{part}: fails on HR of {tuple(high.shape)} at x{scale}; wants Y, one channel, and RGB: {error!r}"
        ) from error
    shape = (*high.shape[:2], 16, 12) if RESIZES.of(one) else tuple(high.shape)
    tensor(part, low, shape, f"{shape} of {tuple(high.shape)} at x{scale}")
    assert low.isfinite().all(), f"{part}: gives values that are not numbers"
    assert torch.equal(high, given), f"{part}: changes the HR that it is given"
    one(high, _generator(2))
    with ThreadPoolExecutor(1) as threads:  # where batches are prepared
        again = threads.submit(one, high, _generator(1)).result()
    assert torch.equal(low, again), f"{part}: the same generator must give the same LR; {INSTEAD}"
    rebuilt(
        part,
        steady(part, lambda image: one(image, _generator(1)), high, instead=INSTEAD),
        make(scale)(high, _generator(1)),
    )
    if isinstance(one, Traced):
        _traces(part, one, high, low)
    if PER_CHANNEL.of(one) and high.shape[1] == 3:
        mild = 0.25 + high / 2  # nothing is clipped
        apart = (luma(one(mild, _generator(1))) - one(luma(mild), _generator(1))).abs().max().item()
        assert apart < LEVEL, f"{part}: says per_channel, but its LR of luma is not the luma of its LR of RGB"
    if isinstance(getattr(one, "quantise", None), bool):
        _leaves_rounding(part, one, high)


def _traces(part: Part, one: Traced, high: Tensor, low: Tensor) -> None:
    traced, drawn = one.trace(high, _generator(1))
    assert torch.equal(traced, low), f"{part}: trace must give what calling gives"
    assert isinstance(drawn, Mapping), f"{part}: trace must give the drawn values by name"
    others = [name for name, value in drawn.items() if not isinstance(value, Tensor)]
    assert not others, f"{part}: trace must give tensors, {', '.join(others)} is none"
    if "kernels" in drawn:
        shape = tuple(drawn["kernels"].shape)
        assert shape == (len(high), *shape[-1:] * 2), f"{part}: wants kernels of (N,k,k), gave {shape}"


def _leaves_rounding(part: Part, one: Any, high: Tensor) -> None:
    """A chain turns off the rounding of its stages."""
    try:
        one.quantise = False
    except AttributeError:
        raise AssertionError(f"{part}: a chain sets quantise to False, which it does not let it") from None
    assert one.quantise is False, f"{part}: a chain sets quantise to False, and it stays {one.quantise}"
    assert one(high, _generator(1)).isfinite().all(), f"{part}: gives values that are not numbers unrounded"


def _generator(number: int) -> Generator:
    return Generator().manual_seed(number)
