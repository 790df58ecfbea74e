"""The contract of metrics."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from srkit.image.resize import resize
from srkit.parts.metric import COMPARES, HIGHER_IS_BETTER, PROTOCOL
from srkit.registry import Part
from srkit.testing.loss import INSTEAD
from srkit.testing.making import CHANNELS, SCALES, Make, rebuilt, steady, tensor

SIDES = (48, 96, 208)
"""Sides to try, in pixels: some metrics need larger images, such as MS-SSIM."""


def metric(part: Part, make: Make) -> None:
    """Check that it gives one value per image, the same alone as in a batch, and best for HR where it compares."""
    for (scale,) in make.allowed(SCALES):
        one = make(scale)
        better = _better(part, one)
        for channels in CHANNELS:
            target = _target(part, one, channels)
            noisy = (target + 0.05 * torch.randn_like(target)).clamp(0, 1)
            values = one(noisy, target)
            tensor(part, values, (2,), "one value per image (N,)")
            assert not values.isnan().any(), f"{part}: gives values that are not numbers"
            for index in range(2):
                alone = float(one(noisy[index : index + 1], target[index : index + 1])[0])
                assert math.isclose(alone, float(values[index]), rel_tol=1e-5), (
                    f"{part}: a batch changes its values"
                )
            rebuilt(part, steady(part, one, noisy, target, instead=INSTEAD), make(scale)(noisy, target))
            if COMPARES.of(one):
                _knows_the_best(part, one(target, target), values, better)
            else:
                assert torch.equal(values, one(noisy, noisy)), f"{part}: says that it compares nothing, but does"


def _better(part: Part, one: Any) -> str:
    """Return which values are better, after a check that the protocol consists of plain values."""
    protocol, higher = PROTOCOL.of(one), HIGHER_IS_BETTER.of(one)
    assert isinstance(protocol, Mapping), f"{part}: wants a protocol of plain values by name, gave {protocol!r}"
    try:
        json.dumps(dict(protocol))
    except TypeError as error:
        raise AssertionError(f"{part}: wants a protocol of plain values by name: {error}") from None
    assert isinstance(higher, bool), f"{part}: wants higher_is_better True or False, gave {higher!r}"
    return "higher" if higher else "lower"


def _knows_the_best(part: Part, own: Tensor, noisy: Tensor, better: str) -> None:
    right = own < noisy if better == "lower" else own > noisy
    assert right.all(), (
        f"{part}: wants the target itself scored {better} than a noisy copy of it, "
        f"found {own.tolist()} and {noisy.tolist()}; where lower values are better, say higher_is_better = False"
    )


def _target(part: Part, one: Any, channels: int) -> Tensor:
    """Return two images (2,C,H,W) that are large enough for the metric, and smooth like photographs."""
    refusal = ""
    for side in SIDES:
        target = resize(torch.rand(2, channels, 6, 6), size=(side, side - 8)).clamp(0, 1)
        try:
            one(target, target)
        except (ValueError, RuntimeError) as error:  # hosts take this as too small for a window or a border
            refusal = str(error).partition("\n")[0]
        else:
            return target
    raise AssertionError(f"{part}: refuses images of {channels} channels and {SIDES[-1]} pixels a side: {refusal}")
