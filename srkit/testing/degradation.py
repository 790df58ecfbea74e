"""The contract of degradations."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor

from srkit.draws import Draws
from srkit.parts.degradation import DegradationFn, Traced
from srkit.registry import Part
from srkit.testing.making import SCALES, Make, rebuilt, steady, tensor

INSTEAD = "draw from the draws that it is given"

BATCHES = ((3, 3), (1, 3), (1, 1), (3, 1))
"""Numbers of images and of channels: batches of RGB as in training, single images as in tests, gray ones too."""


def degradation(part: Part, make: Make) -> None:
    """Check that HR (N,C,sH,sW) becomes LR (N,C,H,W), each image by itself, random by the draws alone.

    A part may refuse scales when it is built, but not all.
    """
    for (scale,) in make.allowed(SCALES):
        for images, channels in BATCHES:
            _degrades(part, make, scale, torch.rand(images, channels, 16 * scale, 12 * scale))


@torch.no_grad()
def _degrades(part: Part, make: Make, scale: int, high: Tensor) -> None:
    built, given = make(scale), high.clone()
    try:
        low = built(high, _draws(high))
    except Exception as error:  # a plugin may raise any error; the message must name the images
        raise AssertionError(
            f"{part}: fails on HR of {tuple(high.shape)} at x{scale}; wants RGB and gray, one channel: {error!r}"
        ) from error
    shape = (*high.shape[:2], 16, 12)
    tensor(part, low, shape, f"{shape} of {tuple(high.shape)} at x{scale}")
    assert low.isfinite().all(), f"{part}: gives values that are not numbers"
    assert torch.equal(high, given), f"{part}: changes the HR that it is given"
    with ThreadPoolExecutor(1) as threads:  # batches are prepared in threads
        again = threads.submit(built, high, _draws(high)).result()
    assert torch.equal(low, again), f"{part}: the same draws must give the same LR; {INSTEAD}"
    _alone(part, built, high, low)
    rebuilt(
        part,
        steady(part, lambda image: built(image, _draws(image)), high, instead=INSTEAD),
        make(scale)(high, _draws(high)),
    )
    if isinstance(built, Traced):
        _traces(part, built, high, low)


def _alone(part: Part, built: DegradationFn, high: Tensor, low: Tensor) -> None:
    for row in range(len(high)):
        alone = built(high[row : row + 1], _draws(high)[row : row + 1])
        assert torch.equal(alone, low[row : row + 1]), (
            f"{part}: image {row} alone gets another LR than in a batch of {len(high)}; its LR may depend on its "
            "own row of HR and of the draws alone, to the last bit"
        )


def _traces(part: Part, built: Traced, high: Tensor, low: Tensor) -> None:
    traced, drawn = built.trace(high, _draws(high))
    assert torch.equal(traced, low), f"{part}: trace must give what calling gives"
    assert isinstance(drawn, Mapping), f"{part}: trace must give the drawn values by name"
    others = [name for name, value in drawn.items() if not isinstance(value, Tensor)]
    assert not others, f"{part}: trace must give tensors, {', '.join(others)} is none"
    if "kernels" in drawn:
        shape = tuple(drawn["kernels"].shape)
        assert shape == (len(high), *shape[-1:] * 2), f"{part}: wants kernels of (N,k,k), gave {shape}"


def _draws(high: Tensor) -> Draws:
    return Draws.of(("degradation", row) for row in range(len(high)))
