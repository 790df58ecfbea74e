"""A one-file srkit plugin."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import srkit


@srkit.upsampler("sharpen")
class Sharpen(nn.Module):
    """Bicubic enlargement, then a learned sharpening.

    Args:
        strength: How much of the learned detail is added at the start.
    """

    @srkit.limited
    def __init__(
        self,
        channels: int,
        out_channels: int,
        scale: int,
        *,
        strength: Annotated[float, srkit.Range(0, 1)] = 0.5,
    ) -> None:
        super().__init__()
        self.scale = scale
        self.project = nn.Identity() if out_channels == channels else nn.Conv2d(channels, out_channels, 1)
        self.detail = nn.Conv2d(out_channels, out_channels, 3, padding=1, padding_mode="replicate")
        self.strength = nn.Parameter(torch.tensor(strength))

    def forward(self, features: Tensor) -> Tensor:
        """Enlarge ``features`` (N,C,H,W) to (N,O,sH,sW)."""
        large = F.interpolate(self.project(features), scale_factor=self.scale, mode="bicubic", align_corners=False)
        sharper: Tensor = large + self.strength * self.detail(large)
        return sharper


@srkit.hookimpl
def srkit_parts() -> list[type]:
    """Offer the parts of this package to srkit."""
    return [Sharpen]
