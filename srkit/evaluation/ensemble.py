"""The eightfold self-ensemble."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn

from srkit.network.needs import Needs, needs_of


class Ensemble(nn.Module):
    """The mean of a network over the eight orientations of its input (Timofte et al. 2016), turned back.

    Args:
        model: (N,C,h,w) to (N,C,s*h,s*w).
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, low: Tensor) -> Tensor:
        """Upscale (N,C,h,w) to (N,C,s*h,s*w), in eight passes."""
        total: Tensor | None = None
        for mirrored in (False, True):
            for turns in range(4):
                turned = torch.rot90(low.flip(-1) if mirrored else low, turns, (-2, -1))
                high = torch.rot90(self.model(turned.contiguous()), -turns, (-2, -1))
                high = high.flip(-1) if mirrored else high
                total = high if total is None else total + high
        assert total is not None
        return total / 8

    @property
    def needs(self) -> Needs:
        """The needs of the network; if it needs multiples of pixels, the whole image, since a mirror moves them."""
        needs = needs_of(self.model)
        return needs if needs.multiple == 1 else replace(needs, whole=True)
