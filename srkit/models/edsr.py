"""EDSR, residual blocks without batch normalisation."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor, nn

import srkit
from srkit.layers.precision import in_full_precision
from srkit.layers.residual import ResidualBlock
from srkit.layers.value_range import DIV2K, ValueRange
from srkit.models.steps import UpsamplerSteps
from srkit.network.needs import Enlargement, Needs, needs_in_series
from srkit.network.variant import Variant
from srkit.parts import Upsampler
from srkit.slots import default


@srkit.model("edsr")
class EDSR(nn.Module):
    """Residual blocks without batch normalisation, then upsamplers by twos.

    Lim et al., CVPRW 2017. The baseline for RGB has 1,369,859 parameters at x2, 1,554,499 at x3 and 1,517,571 at
    x4. The large EDSR is ``blocks: 32, features: 256, residual_weight: 0.1``. It computes in grey levels without
    DIV2K's mean.

    Args:
        upsampler: Enlarges the features: by 2 in each step of x2, x4 and x8, otherwise by the scale.
        blocks: Residual blocks.
        features: Channels inside.
        residual_weight: Factor of what a block adds.
    """

    variants = (
        Variant(
            "baseline",
            psnr={2: (37.99, 33.57, 32.16, 31.98), 4: (32.09, 28.58, 27.57, 26.04)},
            source="Lim et al. 2017",
        ),
        Variant("large", {"blocks": 32, "features": 256, "residual_weight": 0.1}),
    )

    @srkit.limited
    def __init__(
        self,
        scale: int,
        channels: int,
        *,
        upsampler: Upsampler = default("subpixel"),
        blocks: Annotated[int, srkit.Range(1, 1000)] = 16,
        features: Annotated[int, srkit.Range(1)] = 64,
        residual_weight: Annotated[float, srkit.Range(0)] = 1.0,
    ) -> None:
        super().__init__()
        self.scale, self.channels = scale, channels
        self.values = ValueRange(channels, peak=255, mean=DIV2K)
        self.head = nn.Conv2d(channels, features, 3, padding=1)
        self.blocks = nn.Sequential(*(ResidualBlock(features, weight=residual_weight) for _ in range(blocks)))
        self.join = nn.Conv2d(features, features, 3, padding=1)
        self.upsampler = UpsamplerSteps(upsampler, features, scale)
        self.tail = nn.Conv2d(features, channels, 3, padding=1)

    def forward(self, low: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,C,sH,sW)."""
        first = self.head(self.values.inward(low))
        features = self.upsampler(first + self.join(self.blocks(first)))
        return self.values.outward(in_full_precision(self.tail, features))

    @property
    def needs(self) -> Needs:
        """The needs of the network; its halo is None if the upsampler does not declare one."""
        body = ResidualBlock.RADIUS * len(self.blocks)
        return needs_in_series(1, body, 1, Enlargement(self.upsampler, self.scale), 1)
