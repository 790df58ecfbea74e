"""The contract of schedules."""

from __future__ import annotations

import math

import torch
from torch import nn

from srkit.registry import Part
from srkit.testing.making import Make


def schedule(part: Part, make: Make) -> None:
    """Check that rates are finite and not negative, and that a restored schedule gives the same rates."""

    def rates(stop: int | None) -> list[float]:
        optimizer = torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=0.1)
        one, found = make(optimizer, 12), []
        for step in range(12):
            if step == stop:
                state = optimizer.state_dict(), one.state_dict()
                optimizer = torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=0.1)
                one = make(optimizer, 12)
                optimizer.load_state_dict(state[0])
                one.load_state_dict(state[1])
            found.append(float(optimizer.param_groups[0]["lr"]))
            optimizer.step()
            one.step()
        return found

    assert all(math.isfinite(rate) and rate >= 0 for rate in rates(None)), f"{part}: gives {rates(None)}"
    assert rates(5) == rates(None), f"{part}: a restored schedule gives other learning rates"
