"""The squared difference."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

import srkit
from srkit.losses.reduction import reduce


@srkit.loss("mse")
class MSE(nn.Module):
    """The squared difference: it is minimal at the mean of all possible images, so it blurs.

    Args:
        reduction: mean over all values, or sum over them divided by the batch.
    """

    def __init__(self, *, reduction: Literal["mean", "sum"] = "mean") -> None:
        super().__init__()
        self.reduction: Literal["mean", "sum"] = reduction

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return a scalar of two (N,C,H,W)."""
        difference = prediction.float() - target.float()
        return reduce(difference.square(), self.reduction)
