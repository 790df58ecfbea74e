"""A linear start for any schedule."""

from __future__ import annotations

from collections.abc import Callable

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR


def scheduled(optimizer: Optimizer, warmup: int, factor: Callable[[int], float]) -> LambdaLR:
    """Return a schedule of ``factor(step)``, which the first ``warmup`` steps (0: none) approach in equal parts."""

    def rate(at: int) -> float:
        return factor(at) * min(1.0, (at + 1) / (warmup + 1))

    return LambdaLR(optimizer, rate)
