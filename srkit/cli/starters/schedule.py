"""A schedule of the learning rate for srkit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR, LRScheduler

import srkit


@srkit.schedule("starter")
@srkit.limited
def starter(optimizer: Optimizer, steps: int, *, end: Annotated[float, srkit.Range(0, 1)] = 0.01) -> LRScheduler:
    """A straight line from the optimizer's rate down to a part of it.

    Args:
        end: The last rate, as a part of the first one.
    """
    return LambdaLR(optimizer, lambda step: 1 - (1 - end) * min(1.0, step / max(1, steps)))


@srkit.hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the parts of this package to srkit."""
    return [starter]
