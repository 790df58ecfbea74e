"""Nearest-neighbour enlargement and a convolution, by twos."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from torch import Tensor, nn
from torch.nn import functional as F

import srkit
from srkit.layers.factors import factors_of
from srkit.layers.init import he_
from srkit.network.needs import Enlargement, Needs, needs_in_series


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
        self.slope = negative_slope
        factors = factors_of(scale)
        widths = [channels] * len(factors) + [out_channels]
        self.steps = nn.ModuleList(
            Step(wide, out, factor, kernel) for (wide, out), factor in zip(pairwise(widths), factors, strict=True)
        )

    def forward(self, features: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,O,sH,sW)."""
        for number, step in enumerate(self.steps):
            features = step(F.leaky_relu(features, self.slope) if number else features)
        return features

    @property
    def needs(self) -> Needs:
        """The needs of the layer: a halo of the input pixels on which an output pixel depends."""
        return needs_in_series(*(Enlargement(step, step.factor) for step in self.steps))  # type: ignore[arg-type]


class Step(nn.Module):
    """One enlargement by ``factor``."""

    def __init__(self, channels: int, out_channels: int, factor: int, kernel: int) -> None:
        super().__init__()
        self.factor = factor
        self.conv = nn.Conv2d(channels, out_channels, kernel, padding=kernel // 2)
        he_(self.conv)

    def forward(self, features: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,O,fH,fW)."""
        large: Tensor = self.conv(F.interpolate(features, scale_factor=self.factor, mode="nearest"))
        return large

    @property
    def needs(self) -> Needs:
        """Half a kernel, in pixels before the enlargement."""
        return Needs(halo=-(-(self.conv.kernel_size[0] // 2) // self.factor))
