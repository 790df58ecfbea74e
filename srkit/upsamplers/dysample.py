"""Upsampling by learning where to sample."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import srkit
from srkit.image.full_precision import full_precision
from srkit.layers.init import he_

STATIC_SCOPE, DYNAMIC_SCOPE = 0.25, 0.5
"""Input pixels by which one unit of a predicted offset moves a sample; a dynamic scope is at most the second."""


@srkit.upsampler("dysample")
class DySample(nn.Module):
    """Bilinear interpolation at places that a 1x1 convolution predicts (Liu et al. 2023).

    Where a network wants another number of channels, a 3x3 convolution makes them first; the
    places are still predicted from all features. Beyond the edge the last pixel is repeated.

    Initial offsets are next to nothing, so the layer starts as bilinear interpolation, without a
    checkerboard. Every output pixel is a mean of four input pixels, so a flat field stays
    flat at any time of training, up to the edge. Offsets have no limit, so the layer has no
    halo: a network with it is always shown the whole image.

    Args:
        style: lp predicts offsets before a pixel shuffle of them; pl shuffles the features first, which wants
            a multiple of scale**2 channels.
        groups: Groups of channels with offsets of their own; the largest common divisor with the number of channels
            counts.
        dynamic: Whether the reach of the offsets is predicted for each, up to half a pixel a unit, instead of a
            quarter.
    """

    positions: Tensor

    @srkit.limited
    def __init__(
        self,
        channels: int,
        out_channels: int,
        scale: int,
        *,
        style: Literal["lp", "pl"] = "lp",
        groups: Annotated[int, srkit.Range(1)] = 4,
        dynamic: bool = False,
    ) -> None:
        super().__init__()
        if style == "pl" and channels % scale**2:
            raise ValueError(
                f"style pl shuffles pixels at scale {scale}, so channels must be a multiple of {scale**2}, "
                f"got {channels}; take style lp"
            )
        self.scale, self.style, self.groups = scale, style, math.gcd(groups, out_channels)
        shuffled = scale**2 if style == "pl" else 1
        width = 2 * self.groups * scale**2 // shuffled
        self.offset = nn.Conv2d(channels // shuffled, width, 1)
        nn.init.normal_(self.offset.weight, std=0.001)
        assert self.offset.bias is not None
        nn.init.zeros_(self.offset.bias)
        self.scope = nn.Conv2d(channels // shuffled, width, 1) if dynamic else None
        if self.scope is not None:
            nn.init.zeros_(self.scope.weight)
            assert self.scope.bias is not None
            nn.init.zeros_(self.scope.bias)
        self.project = None if out_channels == channels else nn.Conv2d(channels, out_channels, 3, padding=1)
        if self.project is not None:
            he_(self.project)
        self.register_buffer("positions", _positions(scale), persistent=False)

    def forward(self, features: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,O,sH,sW)."""
        projected = features if self.project is None else self.project(features)
        count, _, height, width = features.shape
        exact = torch.promote_types(projected.dtype, torch.float32)  # bf16 cannot tell pixel 300 from pixel 301
        # x before y, then group, row and column of the phase
        offsets = self._offsets(features).to(exact).reshape(count, 2, self.groups, self.scale**2, height, width)
        offsets = offsets + self.positions[..., None, None]
        down, across = (torch.arange(side, dtype=exact, device=offsets.device) + 0.5 for side in (height, width))
        x = 2 * (offsets[:, 0] + across) / width - 1
        y = 2 * (offsets[:, 1] + down[:, None]) / height - 1
        x, y = (F.pixel_shuffle(one.flatten(0, 1), self.scale).squeeze(1) for one in (x, y))
        grouped = projected.to(exact).reshape(count * self.groups, -1, height, width)
        with full_precision(features.device):
            large: Tensor = F.grid_sample(
                grouped, torch.stack([x, y], -1), mode="bilinear", padding_mode="border", align_corners=False
            )
        return large.reshape(count, -1, *large.shape[-2:]).to(projected.dtype)

    def _offsets(self, features: Tensor) -> Tensor:
        """Return the offsets in input pixels, (N,2*groups*s*s,H,W)."""
        source = F.pixel_shuffle(features, self.scale) if self.style == "pl" else features
        offsets: Tensor = self.offset(source)
        if self.scope is None:
            offsets = offsets * STATIC_SCOPE
        else:
            offsets = offsets * self.scope(source).sigmoid() * DYNAMIC_SCOPE
        return F.pixel_unshuffle(offsets, self.scale) if self.style == "pl" else offsets


def _positions(scale: int) -> Tensor:
    """Return where the phases of an input pixel lie, from its middle: (2,1,s*s), x then y, in input pixels."""
    line = (torch.arange(scale) - (scale - 1) / 2) / scale
    y, x = torch.meshgrid(line, line, indexing="ij")
    return torch.stack([x.flatten(), y.flatten()])[:, None]
