"""CARN, assembled from parts."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor, nn

import srkit
from srkit.layers.cascade import STEPS, Cascade, Residual
from srkit.layers.precision import in_full_precision
from srkit.layers.value_range import DIV2K, ValueRange
from srkit.models.steps import UpsamplerSteps
from srkit.network.needs import Needs, needs_in_series, needs_of
from srkit.network.variant import Variant
from srkit.parts import Upsampler
from srkit.slots import default

REACH = 2 * STEPS * STEPS
"""How far the 3x3 convolutions of the body see, in input pixels."""


class Cascading(nn.Module):
    """A network around the body of CARN or of CARN-M.

    Args:
        channels: Channels of an image.
        features: Channels inside.
        body: (N,F,H,W) to (N,F,H,W), with a halo of ``REACH``.
        upsampler: (N,F,H,W) to (N,F,sH,sW).
    """

    def __init__(self, channels: int, features: int, body: nn.Module, upsampler: nn.Module) -> None:
        super().__init__()
        self.values = ValueRange(channels, mean=DIV2K)
        self.embed = nn.Conv2d(channels, features, 3, padding=1)
        self.body, self.upsampler = body, upsampler
        self.last = nn.Conv2d(features, channels, 3, padding=1)

    def forward(self, low: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,C,sH,sW)."""
        features = self.upsampler(self.body(self.embed(self.values.inward(low))))
        return self.values.outward(in_full_precision(self.last, features))

    @property
    def needs(self) -> Needs:
        """The needs of the network, from those of its upsamplers."""
        return needs_in_series(1 + REACH, needs_of(self.upsampler), 1)


@srkit.model("carn")
class CARN(Cascading):
    """Cascading residual network: every block reads the results of all blocks before it.

    Ahn et al., ECCV 2018. The released weights are of one network for x2, x3 and x4 with an upsampler for each;
    here a network has one scale, and so one upsampler.

    Args:
        upsampler: Enlarges the features, by twos or in one step; ReLU follows each step.
        features: Channels inside.
    """

    variants = (
        Variant(
            psnr={
                2: (37.76, 33.52, 32.09, 31.92),
                3: (34.29, 30.29, 29.06, 28.06),
                4: (32.13, 28.60, 27.58, 26.07),
            },
            source="Ahn et al. 2018",
        ),
    )

    @srkit.limited
    def __init__(
        self,
        scale: int,
        channels: int,
        *,
        upsampler: Upsampler = default("subpixel"),
        features: Annotated[int, srkit.Range(1)] = 64,
    ) -> None:
        cascades = (Cascade(features, (Residual(features) for _ in range(STEPS))) for _ in range(STEPS))
        body = Cascade(features, cascades)
        super().__init__(channels, features, body, UpsamplerSteps(upsampler, features, scale, nn.ReLU))
