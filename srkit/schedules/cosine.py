"""Half a cosine."""

from __future__ import annotations

import math
from typing import Annotated

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

import srkit
from srkit.schedules.warmup import scheduled


@srkit.schedule("cosine")
@srkit.limited
def cosine(
    optimizer: Optimizer,
    steps: int,
    *,
    warmup: Annotated[int, srkit.Range(0)] = 0,
    floor: Annotated[float, srkit.Range(0, 1)] = 0.0,
) -> LRScheduler:
    """Half a cosine from the optimizer's rate down to the floor as the last step ends (Loshchilov and Hutter 2017).

    Args:
        warmup: Steps of a linear start.
        floor: The last rate, as a share of the first.
    """

    def factor(step: int) -> float:
        return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * min(1.0, step / max(1, steps))))

    return scheduled(optimizer, warmup, factor)
