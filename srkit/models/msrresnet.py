"""MSRResNet, SRResNet as BasicSR has it."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor, nn
from torch.nn import functional as F

import srkit
from srkit.layers.init import he_
from srkit.layers.precision import in_full_precision
from srkit.layers.residual import ResidualBlock
from srkit.models.steps import UpsamplerSteps
from srkit.network.needs import Enlargement, Needs, needs_in_parallel, needs_in_series
from srkit.parts import Upsampler
from srkit.slots import default

SLOPE = 0.1
"""Slope of LeakyReLU below zero."""
SMALL = 0.1
"""Factor of He's weights in the blocks at the start, so that they begin near the identity."""


@srkit.model("msrresnet")
class MSRResNet(nn.Module):
    """Residual blocks without normalisation, whose result is added to bilinear interpolation: BasicSR's SRResNet.

    Wang et al., ESRGAN, ECCVW 2018, where it is the baseline. For RGB it has 1,517,571 parameters at x4. Weights
    start as He's, those of the blocks as a tenth of them.

    Args:
        upsampler: Enlarges the features: by 2 in each step of x2, x4 and x8, otherwise by the scale.
        blocks: Residual blocks.
        features: Channels inside.
    """

    @srkit.limited
    def __init__(
        self,
        scale: int,
        channels: int,
        *,
        upsampler: Upsampler = default("subpixel"),
        blocks: Annotated[int, srkit.Range(1, 1000)] = 16,
        features: Annotated[int, srkit.Range(1)] = 64,
    ) -> None:
        super().__init__()
        self.scale, self.channels = scale, channels
        self.head = nn.Conv2d(channels, features, 3, padding=1)
        self.blocks = nn.Sequential(*(ResidualBlock(features) for _ in range(blocks)))
        self.upsampler = UpsamplerSteps(upsampler, features, scale, lambda: nn.LeakyReLU(SLOPE))
        self.large = nn.Conv2d(features, features, 3, padding=1)
        self.tail = nn.Conv2d(features, channels, 3, padding=1)
        self.activation = nn.LeakyReLU(SLOPE, inplace=True)
        for conv in (self.head, self.large, self.tail):
            he_(conv)
        for layer in self.blocks.modules():
            if isinstance(layer, nn.Conv2d):
                he_(layer, SMALL)

    def forward(self, low: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,C,sH,sW)."""
        features = self.upsampler(self.blocks(self.activation(self.head(low))))
        residual = in_full_precision(self.tail, self.activation(self.large(features)))
        return residual + F.interpolate(low, scale_factor=self.scale, mode="bilinear", align_corners=False)

    @property
    def needs(self) -> Needs:
        """The needs of the network; its halo is None if the upsampler does not declare one."""
        body = ResidualBlock.RADIUS * len(self.blocks)
        residual = needs_in_series(1, body, Enlargement(self.upsampler, self.scale), 1, 1)
        return needs_in_parallel(residual, Needs(halo=1))
