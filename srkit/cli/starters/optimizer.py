"""An optimizer for srkit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any

import torch
from torch import Tensor

import srkit


@srkit.optimizer("starter")
@srkit.limited
def starter(
    parameters: Iterable[tuple[str, Tensor]], *, lr: Annotated[float, srkit.Range(above=0)] = 1e-3
) -> torch.optim.Optimizer:
    """RMSprop, which divides a gradient by the mean size of the last ones.

    Args:
        lr: Learning rate.
    """
    return torch.optim.RMSprop([parameter for _, parameter in parameters if parameter.requires_grad], lr=lr)


@srkit.hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the parts of this package to srkit."""
    return [starter]
