"""SRResNet, the generator of SRGAN."""

from __future__ import annotations

from typing import Annotated, Literal

from torch import Tensor, nn

import srkit
from srkit.layers.precision import in_full_precision
from srkit.layers.residual import ResidualBlock
from srkit.models.steps import UpsamplerSteps
from srkit.network.needs import Enlargement, Needs, needs_in_series
from srkit.network.variant import Variant
from srkit.parts import Upsampler
from srkit.slots import default


@srkit.model("srresnet")
class SRResNet(nn.Module):
    """Residual blocks between 9x9 convolutions, with or without batch normalisation: the generator of SRGAN.

    Ledig et al., CVPR 2017. For RGB at x4 it has 1,549,462 parameters with batch normalisation and 1,545,238
    without. Images are in [0,1], large images inside of the network in [-1,1]. ``msrresnet`` is the later form.

    Args:
        upsampler: Enlarges the features: by 2 in each step of x2, x4 and x8, otherwise by the scale.
        norm: batch normalises behind the convolutions of the blocks, as the paper; in evaluation it takes the means
            that it learnt, so an image does not depend on its batch. none has no normalisation.
        blocks: Residual blocks.
        features: Channels inside.
    """

    variants = (
        Variant(psnr={4: (32.05, 28.49, 27.58, None)}, source="Ledig et al. 2017"),
        Variant("no norm", {"norm": "none"}),
    )

    @srkit.limited
    def __init__(
        self,
        scale: int,
        channels: int,
        *,
        upsampler: Upsampler = default("subpixel"),
        norm: Literal["batch", "none"] = "batch",
        blocks: Annotated[int, srkit.Range(1, 1000)] = 16,
        features: Annotated[int, srkit.Range(1)] = 64,
    ) -> None:
        super().__init__()
        self.scale, self.channels = scale, channels
        build_norm = nn.BatchNorm2d if norm == "batch" else None
        self.head = nn.Sequential(nn.Conv2d(channels, features, 9, padding=4), nn.PReLU())
        self.blocks = nn.Sequential(
            *(ResidualBlock(features, activation=nn.PReLU, norm=build_norm) for _ in range(blocks))
        )
        self.join = nn.Sequential(
            nn.Conv2d(features, features, 3, padding=1),
            nn.Identity() if build_norm is None else build_norm(features),
        )
        self.upsampler = UpsamplerSteps(upsampler, features, scale, nn.PReLU)
        self.tail = nn.Conv2d(features, channels, 9, padding=4)

    def forward(self, low: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,C,sH,sW)."""
        first = self.head(low)
        features = self.upsampler(first + self.join(self.blocks(first)))
        return (in_full_precision(self.tail, features) + 1) / 2

    @property
    def needs(self) -> Needs:
        """The needs of the network; its halo is None if the upsampler does not declare one."""
        body = ResidualBlock.RADIUS * len(self.blocks)
        return needs_in_series(4, body, 1, Enlargement(self.upsampler, self.scale), 4)
