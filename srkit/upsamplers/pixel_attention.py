"""Upsampling with pixel attention."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor, nn
from torch.nn import functional as F

import srkit
from srkit.layers.factors import factors_of
from srkit.layers.init import he_
from srkit.network.needs import Enlargement, Needs, needs_in_series


@srkit.upsampler("pixel_attention")
class PixelAttention(nn.Module):
    """Nearest-neighbour enlargement, then convolutions around a pixel attention, as in PAN (Zhao et al. 2020).

    A step is: nearest neighbour, 3x3 convolution to ``features`` channels, pixel attention (the
    features times the sigmoid of their own 1x1 convolution), LeakyReLU, 3x3 convolution. x4 is
    two steps with a LeakyReLU between them, x3 one step of 3; what follows the last convolution
    is the network's own affair. All phases of a step have the same weights, so a flat field
    stays flat, except for a border that the zeros around the image reach. Initial weights are
    those of He et al., so the attention starts near a half.

    Args:
        features: Channels inside; PAN has 24.
        negative_slope: Slope of LeakyReLU below zero.
    """

    @srkit.limited
    def __init__(
        self,
        channels: int,
        out_channels: int,
        scale: int,
        *,
        features: Annotated[int, srkit.Range(1)] = 24,
        negative_slope: Annotated[float, srkit.Range(0)] = 0.2,
    ) -> None:
        super().__init__()
        self.slope = negative_slope
        factors = factors_of(scale)
        between = [features] * (len(factors) - 1)
        ins, outs = [channels, *between], [*between, out_channels]
        self.steps = nn.ModuleList(
            Step(wide, features, out, factor, negative_slope)
            for wide, out, factor in zip(ins, outs, factors, strict=True)
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
    """One enlargement by ``factor``, with ``features`` channels between its two convolutions."""

    def __init__(self, channels: int, features: int, out_channels: int, factor: int, slope: float) -> None:
        super().__init__()
        self.factor, self.slope = factor, slope
        self.widen = nn.Conv2d(channels, features, 3, padding=1)
        self.attention = nn.Conv2d(features, features, 1)
        self.refine = nn.Conv2d(features, out_channels, 3, padding=1)
        for conv in (self.widen, self.attention, self.refine):
            he_(conv)

    def forward(self, features: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,O,fH,fW)."""
        wide: Tensor = self.widen(F.interpolate(features, scale_factor=self.factor, mode="nearest"))
        weighted = wide * self.attention(wide).sigmoid()
        refined: Tensor = self.refine(F.leaky_relu(weighted, self.slope))
        return refined

    @property
    def needs(self) -> Needs:
        """Two 3x3 convolutions, in pixels before the enlargement."""
        return Needs(halo=-(-2 // self.factor))
