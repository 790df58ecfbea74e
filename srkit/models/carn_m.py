"""CARN-M, assembled from parts."""

from __future__ import annotations

from typing import Annotated

from torch import nn

import srkit
from srkit.layers.cascade import STEPS, Cascade, GroupedResidual
from srkit.models.carn import Cascading
from srkit.models.steps import UpsamplerSteps
from srkit.network.variant import Variant
from srkit.parts import Upsampler
from srkit.slots import default


@srkit.model("carn_m")
class CARNM(Cascading):
    """Mobile cascading residual network: CARN with grouped convolutions and shared weights.

    Ahn et al., ECCV 2018. The residual block of a cascade comes three times with the same weights. As for ``carn``,
    a network has one scale, and so one of the three upsamplers of the released weights.

    Args:
        upsampler: Enlarges the features, by twos or in one step; ReLU follows each step.
        features: Channels inside; a multiple of ``groups``.
        groups: A 3x3 convolution of the body reads one of so many groups of channels for each of its outputs.
    """

    variants = (
        Variant(
            psnr={
                2: (37.53, 33.26, 31.92, 31.23),
                3: (33.99, None, None, None),
                4: (31.92, 28.42, 27.44, 25.62),
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
        upsampler: Upsampler = default("subpixel", groups=4),
        features: Annotated[int, srkit.Range(1)] = 64,
        groups: Annotated[int, srkit.Range(1)] = 4,
    ) -> None:
        if features % groups:
            raise ValueError(f"features must be a multiple of groups ({groups}), got {features}")
        body = Cascade(features, (Cascade(features, [GroupedResidual(features, groups)]) for _ in range(STEPS)))
        super().__init__(channels, features, body, UpsamplerSteps(upsampler, features, scale, nn.ReLU))
