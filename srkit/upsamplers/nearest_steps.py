"""Nearest-neighbour enlargement and a convolution, by twos."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from torch import Tensor, nn
from torch.nn import functional as F

import srkit
from srkit.layers.init import he_
from srkit.network.needs import Needs
from srkit.upsamplers.steps import needs_of_steps, steps_of


@srkit.upsampler("nearest_steps")
class NearestSteps(nn.Module):
    """Nearest-neighbour enlargement and a convolution, by twos, as in ESRGAN (Wang et al. 2018).

    x4 is two steps, x3 one step of 3. LeakyReLU stands between the steps; what follows the
    last one is the network's own affair, since an upsampler may give the image itself. All
    phases of a step have the same weights, so a flat field stays flat, except for a border
    that the zeros around the image reach. Initial weights are those of He et al.; the steps
    of repeated pixels stay visible in the spectrum until training has removed them.

    Args:
        kernel: Side of the kernels; odd, to keep the size.
        negative_slope: Slope of LeakyReLU below zero, between the steps.
    """

    @srkit.limited
    def __init__(
        self,
        channels: int,
        out_channels: int,
        scale: int,
        *,
        kernel: Annotated[int, srkit.Range(1, odd=True)] = 3,
        negative_slope: Annotated[float, srkit.Range(0)] = 0.2,
    ) -> None:
        super().__init__()
        self.steps, self.slope, self.radius = steps_of(scale), negative_slope, kernel // 2
        widths = [channels] * len(self.steps) + [out_channels]
        self.convs = nn.ModuleList(
            nn.Conv2d(wide, out, kernel, padding=self.radius) for wide, out in pairwise(widths)
        )
        for conv in self.convs:
            he_(conv)  # type: ignore[arg-type]

    def forward(self, features: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,O,sH,sW)."""
        for number, (factor, conv) in enumerate(zip(self.steps, self.convs, strict=True)):
            if number:
                features = F.leaky_relu(features, self.slope)
            features = conv(F.interpolate(features, scale_factor=factor, mode="nearest"))
        return features

    @property
    def needs(self) -> Needs:
        """The needs of the layer: a halo of the input pixels on which an output pixel depends."""
        return needs_of_steps(self.steps, [-(-self.radius // factor) for factor in self.steps])
