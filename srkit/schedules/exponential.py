"""Exponential decay."""

from __future__ import annotations

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

import srkit
from srkit.schedules.warmup import scheduled


@srkit.schedule("exponential")
def exponential(
    optimizer: Optimizer,
    steps: int,  # noqa: ARG001 - wired in to every schedule
    *,
    factor: float = 0.95,
    every: int = 1000,
    smooth: bool = False,
    warmup: int = 0,
) -> LRScheduler:
    """The rate times the factor, every so many steps.

    Args:
        factor: What the rate is multiplied by.
        every: After how many steps.
        smooth: Spread the factor evenly over those steps, instead of all at the end.
        warmup: Steps of a linear start.
    """
    if factor <= 0 or every < 1:
        raise ValueError(f"factor and every must be positive, got {factor} and {every}")
    return scheduled(optimizer, warmup, lambda at: factor ** (at / every if smooth else at // every))
