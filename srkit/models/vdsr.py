"""VDSR, a very deep network that learns the residual of an enlarged image."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from torch import Tensor, nn

import srkit
from srkit.layers.init import he_
from srkit.layers.precision import in_full_precision
from srkit.network.color import Color
from srkit.network.needs import Enlargement, Needs, needs_in_series
from srkit.network.variant import Variant
from srkit.parts import Upsampler
from srkit.slots import default


@srkit.model("vdsr")
class VDSR(nn.Module):
    """A very deep network whose result is added to the image that was enlarged first.

    Kim et al., CVPR 2016. One set of weights serves every scale: 665,921 parameters for luma. An untrained network
    gives exactly the enlarged image, since the residual starts at zero.

    Args:
        image_upsampler: Enlarges the image before the network; bicubic in the paper.
        depth: Convolutions, the first and the last included.
        features: Channels inside.
        residual_init: zero starts at the enlarged image; he starts from noise, as the paper.
    """

    variants = (
        Variant(
            color=Color.Y,
            psnr={
                2: (37.53, 33.03, 31.90, 30.76),
                3: (33.66, 29.77, 28.82, 27.14),
                4: (31.35, 28.01, 27.29, 25.18),
            },
            source="Kim et al. 2016",
        ),
    )

    @srkit.limited
    def __init__(
        self,
        scale: int,
        channels: int,
        *,
        image_upsampler: Upsampler = default("bicubic"),
        depth: Annotated[int, srkit.Range(2, 1000)] = 20,
        features: Annotated[int, srkit.Range(1)] = 64,
        residual_init: Literal["zero", "he"] = "zero",
    ) -> None:
        super().__init__()
        self.scale, self.channels = scale, channels
        self.image_upsampler = image_upsampler(channels, channels, scale)
        widths = [channels, *[features] * (depth - 1), channels]
        self.convs = nn.ModuleList(nn.Conv2d(before, after, 3, padding=1) for before, after in pairwise(widths))
        for conv in self.convs:
            he_(conv)  # type: ignore[arg-type]
        if residual_init == "zero":
            nn.init.zeros_(self.convs[-1].weight)  # type: ignore[arg-type]
        self.activation = nn.ReLU(inplace=True)

    def forward(self, low: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,C,sH,sW)."""
        image = in_full_precision(self.image_upsampler, low)
        x = image
        for conv in self.convs[:-1]:
            x = self.activation(conv(x))
        residual: Tensor = self.convs[-1](x)
        return image + residual

    @property
    def needs(self) -> Needs:
        """The needs of the network; its halo is None if the upsampler does not declare one."""
        return needs_in_series(Enlargement(self.image_upsampler, self.scale), len(self.convs))
