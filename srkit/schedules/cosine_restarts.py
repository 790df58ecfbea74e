"""Half cosines, one after the other."""

from __future__ import annotations

import math
from bisect import bisect_right
from itertools import accumulate
from typing import Annotated

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

import srkit
from srkit.schedules.warmup import scheduled


@srkit.schedule("cosine_restarts")
@srkit.limited
def cosine_restarts(
    optimizer: Optimizer,
    steps: int,
    *,
    cycles: Annotated[int, srkit.Range(1)] = 4,
    growth: Annotated[float, srkit.Range(above=0)] = 1.0,
    decay: Annotated[float, srkit.Range(above=0)] = 1.0,
    warmup: Annotated[int, srkit.Range(0)] = 0,
    floor: Annotated[float, srkit.Range(0, 1)] = 0.0,
) -> LRScheduler:
    """Half cosines that fill the budget, each from the optimizer's rate (SGDR, Loshchilov and Hutter 2017).

    Args:
        cycles: The number of half cosines.
        growth: The length of a cycle, as a multiple of that of the one before (T_mult).
        decay: The first rate of a cycle, as a multiple of that of the one before; not below the floor.
        warmup: Steps of a linear start, of the first cycle alone.
        floor: The last rate of each cycle, as a share of the optimizer's.
    """
    if cycles > steps:
        raise ValueError(f"cycles must be at most the number of steps, {steps}, got {cycles}")
    lengths = [growth**number for number in range(cycles)]
    ends = [round(steps * end / sum(lengths)) for end in accumulate(lengths)]

    def factor(step: int) -> float:
        cycle = min(bisect_right(ends, step), cycles - 1)
        begin = ends[cycle - 1] if cycle else 0
        share = min(1.0, (step - begin) / max(1, ends[cycle] - begin))
        top = max(floor, decay**cycle)
        return floor + (top - floor) * 0.5 * (1 + math.cos(math.pi * share))

    return scheduled(optimizer, warmup, factor)
