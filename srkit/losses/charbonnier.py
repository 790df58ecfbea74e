"""Charbonnier: an L1 that is smooth at zero."""

from __future__ import annotations

from typing import Annotated, Literal

from torch import Tensor, nn

import srkit
from srkit.losses.reduction import reduce


@srkit.loss("charbonnier")
class Charbonnier(nn.Module):
    """sqrt(d**2 + epsilon**2) of the difference d (Lai et al. 2017, equation 4).

    Many frameworks have sqrt(d**2 + epsilon) under this name: with 1e-3 there, the
    loss is nearly quadratic up to 8 grey levels.

    Args:
        epsilon: Size of the difference, in units of [0,1], at which it turns from quadratic to linear.
        reduction: mean over all values, or sum over them divided by the batch (LapSRN's code).
    """

    @srkit.limited
    def __init__(
        self,
        *,
        epsilon: Annotated[float, srkit.Range(above=0)] = 1e-3,
        reduction: Literal["mean", "sum"] = "mean",
    ) -> None:
        super().__init__()
        self.epsilon = epsilon
        self.reduction: Literal["mean", "sum"] = reduction

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return a scalar of two (N,C,H,W)."""
        difference = prediction.float() - target.float()
        return reduce((difference.square() + self.epsilon**2).sqrt(), self.reduction)
