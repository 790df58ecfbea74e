"""Up and down once."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

import srkit
from srkit.schedules.warmup import scheduled


@srkit.schedule("one_cycle")
@srkit.limited
def one_cycle(
    optimizer: Optimizer,
    steps: int,
    *,
    peak_at: Annotated[float, srkit.Range(0, below=1)] = 0.3,
    start: Annotated[float, srkit.Range(0, 1)] = 0.04,
    floor: Annotated[float, srkit.Range(0, 1)] = 4e-6,
    shape: Literal["cosine", "linear"] = "cosine",
) -> LRScheduler:
    """Up to the optimizer's rate, then down to the floor as the last step ends (Smith and Topin 2018).

    The defaults are those of ``torch.optim.lr_scheduler.OneCycleLR``. The momentum stays as it is; the paper also
    lowers it while the rate is high.

    Args:
        peak_at: The share of the steps after which the rate is highest.
        start: The first rate, as a share of the highest.
        floor: The last rate, as a share of the highest.
        shape: cosine, half a cosine up and half a cosine down; or linear, two straight lines.
    """
    peak = peak_at * steps

    def factor(step: int) -> float:
        if step < peak:
            return _between(start, 1.0, step / peak, shape)
        return _between(1.0, floor, min(1.0, (step - peak) / (steps - peak)), shape)

    return scheduled(optimizer, 0, factor)


def _between(first: float, last: float, share: float, shape: str) -> float:
    """Return the value after ``share`` of the way, in [0,1], from ``first`` to ``last``."""
    way = share if shape == "linear" else 0.5 * (1 - math.cos(math.pi * share))
    return first + (last - first) * way
