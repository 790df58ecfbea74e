"""Total variation."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

import srkit


@srkit.loss("tv")
class TV(nn.Module):
    """The total variation of SR: the mean difference of vertical neighbours plus that of horizontal ones.

    It looks at SR alone and prefers flat images, so it can only be a small term of a sum (``weighted``).

    Args:
        distance: l1, absolute differences, or l2, squared ones.
    """

    compares = False
    least = 2

    def __init__(self, *, distance: Literal["l1", "l2"] = "l1") -> None:
        super().__init__()
        self.distance = distance

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:  # noqa: ARG002 - the target does not matter
        """Return a scalar of (N,C,H,W)."""
        sides = [prediction.float().diff(dim=axis) for axis in (-2, -1)]
        down, across = (side.abs().mean() if self.distance == "l1" else side.square().mean() for side in sides)
        return down + across
