"""The eightfold self-ensemble."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Ensemble(nn.Module):
    """The mean of a network over the eight orientations of its input (Timofte et al. 2016), turned back.

    Args:
        model: (N,C,H,W) to (N,C,sH,sW).
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, low: Tensor) -> Tensor:
        """Upscale (N,C,H,W) to (N,C,sH,sW), in eight passes."""
        total: Tensor | None = None
        for mirrored in (False, True):
            for turns in range(4):
                turned = torch.rot90(low.flip(-1) if mirrored else low, turns, (-2, -1))
                high = torch.rot90(self.model(turned.contiguous()), -turns, (-2, -1))
                high = high.flip(-1) if mirrored else high
                total = high if total is None else total + high
        assert total is not None
        return total / 8
