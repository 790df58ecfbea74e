"""RLFN, assembled from parts."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor, nn
from torch.nn import functional as F

import srkit
from srkit.layers.precision import in_full_precision
from srkit.layers.spatial_attention import SpatialAttention
from srkit.layers.value_range import ValueRange
from srkit.network.needs import Enlargement, Needs, needs_in_series
from srkit.network.variant import Variant
from srkit.parts import Upsampler
from srkit.slots import default

SLOPE = 0.05
"""Slope of every LeakyReLU below zero."""
CONVOLUTIONS = 3
"""3x3 convolutions of a block."""


@srkit.model("rlfn")
class RLFN(nn.Module):
    """Residual local feature network: plain residual blocks with spatial attention, fast for its quality.

    Kong et al., CVPR workshops 2022. RLFN-S of the paper is ``features: 48``. Inside, images have values from 0 to
    255, as in the released weights. The attention depends on the size of the image, so images are enlarged whole.

    Args:
        upsampler: Enlarges the features to the image, in one step.
        blocks: Residual blocks.
        features: Channels inside.
        attention_features: Channels inside the spatial attention.
    """

    variants = (
        Variant(
            psnr={2: (38.07, 33.72, 32.22, 32.33), 4: (32.24, 28.62, 27.60, 26.17)},
            source="Kong et al. 2022",
        ),
        Variant("S", {"features": 48}),
    )

    @srkit.limited
    def __init__(
        self,
        scale: int,
        channels: int,
        *,
        upsampler: Upsampler = default("subpixel"),
        blocks: Annotated[int, srkit.Range(1, 1000)] = 6,
        features: Annotated[int, srkit.Range(1)] = 52,
        attention_features: Annotated[int, srkit.Range(1)] = 16,
    ) -> None:
        super().__init__()
        self.scale = scale
        self.values = ValueRange(channels, peak=255)
        self.embed = nn.Conv2d(channels, features, 3, padding=1)
        self.blocks = nn.Sequential(*(Block(features, attention_features) for _ in range(blocks)))
        self.last = nn.Conv2d(features, features, 3, padding=1)
        self.upsampler = upsampler(features, channels, scale)

    def forward(self, low: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,C,sH,sW)."""
        features = self.embed(self.values.inward(low))
        features = self.last(self.blocks(features)) + features
        return self.values.outward(in_full_precision(self.upsampler, features))

    @property
    def needs(self) -> Needs:
        """The whole image, and what the upsampler needs."""
        return needs_in_series(Needs(whole=True), Enlargement(self.upsampler, self.scale))


class Block(nn.Module):
    """Three convolutions with a skip around them, then spatial attention (RLFB)."""

    def __init__(self, features: int, attention_features: int) -> None:
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(features, features, 3, padding=1) for _ in range(CONVOLUTIONS))
        self.join = nn.Conv2d(features, features, 1)
        inside = attention_features
        self.attention = SpatialAttention(
            features, inside, nn.Conv2d(inside, inside, 3, stride=2), nn.Conv2d(inside, inside, 3, padding=1)
        )

    def forward(self, features: Tensor) -> Tensor:
        """Return (N,F,H,W) of (N,F,H,W)."""
        x = features
        for conv in self.convs:
            x = F.leaky_relu(conv(x), SLOPE)
        weighted: Tensor = self.attention(self.join(x + features))
        return weighted
