"""A loss for srkit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from torch import Tensor, nn

import srkit


@srkit.loss("starter")
class Starter(nn.Module):
    """The absolute difference of SR and HR to a power.

    Args:
        power: The power; 1 is L1, 2 is the mean squared error.
    """

    @srkit.limited
    def __init__(self, *, power: Annotated[float, srkit.Range(1, 4)] = 1.5) -> None:
        super().__init__()
        self.power = power

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return a scalar: the mean over all pixels of both (N,C,H,W)."""
        return (prediction - target).abs().pow(self.power).mean()


@srkit.hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the parts of this package to srkit."""
    return [Starter]
