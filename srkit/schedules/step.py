"""A staircase."""

from __future__ import annotations

from bisect import bisect_right
from typing import Annotated

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

import srkit
from srkit.schedules.warmup import scheduled


@srkit.schedule("step")
@srkit.limited
def step(
    optimizer: Optimizer,
    steps: int,  # noqa: ARG001 - wired in to every schedule
    *,
    factor: Annotated[float, srkit.Range(above=0)] = 0.5,
    every: Annotated[int, srkit.Range(1)] | None = None,
    milestones: list[int] = [],  # noqa: B006 - read, never changed
    warmup: Annotated[int, srkit.Range(0)] = 0,
) -> LRScheduler:
    """The rate times the factor at given steps. Give one of every and milestones.

    Args:
        factor: What the rate is multiplied by.
        every: After so many steps, again and again.
        milestones: At these steps.
        warmup: Steps of a linear start.
    """
    if (every is None) == (not milestones):
        raise ValueError(f"give one of every and milestones, got {every} and {milestones}")
    marks = sorted(milestones)
    return scheduled(
        optimizer,
        warmup,
        lambda at: factor ** (at // every if every is not None else bisect_right(marks, at)),
    )
