"""Compact, the small network of Real-ESRGAN."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor, nn
from torch.nn import functional as F

import srkit
from srkit.layers.precision import in_full_precision
from srkit.network.needs import Enlargement, Needs, needs_in_parallel, needs_in_series
from srkit.parts import Upsampler
from srkit.slots import default


@srkit.model("compact")
class Compact(nn.Module):
    """A plain row of convolutions, whose result is added to the repeated pixels of the image (SRVGGNetCompact).

    Wang et al., Real-ESRGAN 2021. For RGB it has 600,652 parameters at x2 and 621,424 at x4.

    Args:
        upsampler: Makes the large residual of the features.
        depth: Convolutions between the first one and the upsampler.
        features: Channels inside.
    """

    @srkit.limited
    def __init__(
        self,
        scale: int,
        channels: int,
        *,
        upsampler: Upsampler = default("subpixel"),
        depth: Annotated[int, srkit.Range(1, 1000)] = 16,
        features: Annotated[int, srkit.Range(1)] = 64,
    ) -> None:
        super().__init__()
        self.scale, self.channels, self.depth = scale, channels, depth
        layers: list[nn.Module] = []
        for before in (channels, *[features] * depth):
            layers += [nn.Conv2d(before, features, 3, padding=1), nn.PReLU(features)]
        self.body = nn.Sequential(*layers)
        self.upsampler = upsampler(features, channels, scale)

    def forward(self, low: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,C,sH,sW)."""
        residual = in_full_precision(self.upsampler, self.body(low))
        return residual + F.interpolate(low, scale_factor=self.scale, mode="nearest")

    @property
    def needs(self) -> Needs:
        """The needs of the network; its halo is None if the upsampler does not declare one."""
        residual = needs_in_series(1 + self.depth, Enlargement(self.upsampler, self.scale))
        return needs_in_parallel(residual, Needs(halo=0))
