"""Huber: quadratic near zero, linear beyond."""

from __future__ import annotations

from typing import Annotated, Literal

from torch import Tensor, nn
from torch.nn import functional as F

import srkit
from srkit.losses.reduction import reduce


@srkit.loss("huber")
class Huber(nn.Module):
    """d**2 / (2 delta) of a difference d whose size is at most delta, abs(d) - delta / 2 beyond it (Huber 1964).

    This is Huber's function divided by delta: far from zero it has the gradient of ``l1``, whatever delta is, so
    that one learning rate serves. ``torch.nn.SmoothL1Loss`` has the same formula, with beta for delta.

    Args:
        delta: Size of the difference, in units of [0,1], at which it turns from quadratic to linear.
        reduction: mean over all values, or sum over them divided by the batch.
    """

    @srkit.limited
    def __init__(
        self,
        *,
        delta: Annotated[float, srkit.Range(above=0)] = 0.01,
        reduction: Literal["mean", "sum"] = "mean",
    ) -> None:
        super().__init__()
        self.delta = delta
        self.reduction: Literal["mean", "sum"] = reduction

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return a scalar of two (N,C,H,W)."""
        values = F.smooth_l1_loss(prediction.float(), target.float(), reduction="none", beta=self.delta)
        return reduce(values, self.reduction)
