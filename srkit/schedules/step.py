"""A staircase."""

from __future__ import annotations

from bisect import bisect_right

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

import srkit
from srkit.schedules.warmup import scheduled


@srkit.schedule("step")
def step(
    optimizer: Optimizer,
    steps: int,  # noqa: ARG001 - wired in to every schedule
    *,
    factor: float = 0.5,
    every: int | None = None,
    milestones: list[int] = [],  # noqa: B006 - read, never changed
    warmup: int = 0,
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
    if factor <= 0 or (every is not None and every < 1):
        raise ValueError(f"factor and every must be positive, got {factor} and {every}")
    marks = sorted(milestones)
    return scheduled(
        optimizer,
        warmup,
        lambda at: factor ** (at // every if every is not None else bisect_right(marks, at)),
    )
