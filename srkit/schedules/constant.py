"""A constant rate."""

from __future__ import annotations

from typing import Annotated

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

import srkit
from srkit.schedules.warmup import scheduled


@srkit.schedule("constant")
@srkit.limited
def constant(optimizer: Optimizer, steps: int, *, warmup: Annotated[int, srkit.Range(0)] = 0) -> LRScheduler:  # noqa: ARG001
    """The optimizer's rate, unchanged.

    Args:
        warmup: Steps of a linear start.
    """
    return scheduled(optimizer, warmup, lambda _: 1.0)
