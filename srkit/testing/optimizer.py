"""What every optimizer must keep."""

from __future__ import annotations

import torch
from torch import nn

from srkit.registry import Part
from srkit.testing.making import Make


def optimizer(part: Part, make: Make) -> None:
    """It makes a convex loss smaller."""
    weight = nn.Parameter(torch.ones(3))
    one = make([("weight", weight)])
    for _ in range(20):
        one.zero_grad()
        weight.square().sum().backward()  # type: ignore[no-untyped-call]
        one.step()
    assert float(weight.detach().square().sum()) < 3, f"{part}: does not make a convex loss smaller"
