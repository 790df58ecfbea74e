"""Exponential decay."""

from __future__ import annotations

from typing import Annotated

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

import srkit
from srkit.schedules.warmup import scheduled


@srkit.schedule("exponential")
@srkit.limited
def exponential(
    optimizer: Optimizer,
    steps: int,  # noqa: ARG001 - wired in to every schedule
    *,
    factor: Annotated[float, srkit.Range(above=0)] = 0.95,
    every: Annotated[int, srkit.Range(1)] = 1000,
    smooth: bool = False,
    warmup: Annotated[int, srkit.Range(0)] = 0,
) -> LRScheduler:
    """The rate times the factor, every so many steps.

    Args:
        factor: What the rate is multiplied by.
        every: After how many steps.
        smooth: Spread the factor evenly over those steps, instead of all at the end.
        warmup: Steps of a linear start.
    """
    return scheduled(optimizer, warmup, lambda at: factor ** (at / every if smooth else at // every))
