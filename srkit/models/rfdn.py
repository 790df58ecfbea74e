"""RFDN, assembled from parts."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from torch import Tensor, nn
from torch.nn import functional as F

import srkit
from srkit.layers.distillation import FeatureDistillation, JoinedBlocks
from srkit.layers.precision import in_full_precision
from srkit.layers.spatial_attention import SpatialAttention
from srkit.layers.value_range import ValueRange
from srkit.network.needs import Enlargement, Needs, needs_in_series
from srkit.network.variant import Variant
from srkit.parts import Upsampler
from srkit.slots import default

SLOPE = 0.05
"""Slope of every LeakyReLU below zero, except in the attention."""


@srkit.model("rfdn")
class RFDN(nn.Module):
    """Residual feature distillation network: blocks keep half of their channels at every step.

    Liu et al., ECCV workshops 2020. The defaults are the network of the paper's tables; the released network, which
    won the AIM 2020 challenge, is ``blocks: 4, features: 50``. Inside, images have values from 0 to 255, as in the
    released weights. The attention depends on the size of the image, so images are enlarged whole.

    Args:
        upsampler: Enlarges the features to the image, in one step.
        blocks: Feature distillation blocks.
        features: Channels inside; an even number of 4 or more.
    """

    variants = (
        Variant(
            psnr={2: (38.05, 33.68, 32.16, 32.12), 4: (32.24, 28.61, 27.57, 26.11)},
            source="Liu et al. 2020",
        ),
        Variant("released", {"blocks": 4, "features": 50}),
    )

    @srkit.limited
    def __init__(
        self,
        scale: int,
        channels: int,
        *,
        upsampler: Upsampler = default("subpixel"),
        blocks: Annotated[int, srkit.Range(1, 1000)] = 6,
        features: Annotated[int, srkit.Range(4)] = 48,
    ) -> None:
        super().__init__()
        if features % 2:
            raise ValueError(f"features must be even, since blocks keep half of them, got {features}")
        self.scale = scale
        self.values = ValueRange(channels, peak=255)
        self.embed = nn.Conv2d(channels, features, 3, padding=1)
        activation = partial(F.leaky_relu, negative_slope=SLOPE)
        self.body = JoinedBlocks(
            features,
            (
                nn.Sequential(FeatureDistillation(features, same_size, activation), attention(features))
                for _ in range(blocks)
            ),
            activation,
        )
        self.last = nn.Conv2d(features, features, 3, padding=1)
        self.upsampler = upsampler(features, channels, scale)

    def forward(self, low: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,C,sH,sW)."""
        features = self.embed(self.values.inward(low))
        features = self.last(self.body(features)) + features
        return self.values.outward(in_full_precision(self.upsampler, features))

    @property
    def needs(self) -> Needs:
        """The whole image, and what the upsampler needs."""
        return needs_in_series(Needs(whole=True), Enlargement(self.upsampler, self.scale))


def same_size(inputs: int, outputs: int) -> nn.Conv2d:
    """Return a 3x3 convolution that keeps the size."""
    return nn.Conv2d(inputs, outputs, 3, padding=1)


def attention(features: int) -> SpatialAttention:
    """Return RFDN's spatial attention, which has three convolutions on its coarse map."""
    inside = features // 4
    coarse = nn.Sequential(
        same_size(inside, inside), nn.ReLU(), same_size(inside, inside), nn.ReLU(), same_size(inside, inside)
    )
    return SpatialAttention(features, inside, nn.Conv2d(inside, inside, 3, stride=2), coarse)
