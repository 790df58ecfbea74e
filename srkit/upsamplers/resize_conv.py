"""Resize-convolution."""

from __future__ import annotations

from typing import Annotated, Literal

from torch import Tensor, nn
from torch.nn import functional as F

import srkit
from srkit.image.resize import resize
from srkit.layers.init import he_
from srkit.network.needs import Needs


@srkit.upsampler("resize_conv")
class ResizeConv(nn.Module):
    """Resize-convolution: interpolation, then a convolution on the larger grid (Odena et al. 2016).

    Every output phase has the same weights, so a flat field stays flat (with zero
    padding, except for a border of half a kernel); the convolution costs scale**2
    times as much as one before the enlargement.

    Args:
        mode: How to interpolate.
        kernel: Side of the kernel; odd, to keep the size.
        padding: Values beyond the edge; replicate keeps a flat field flat up to the edge.
        bias: Whether a bias is learnt.
    """

    @srkit.limited
    def __init__(
        self,
        channels: int,
        out_channels: int,
        scale: int,
        *,
        mode: Literal["nearest", "bilinear", "bicubic"] = "nearest",
        kernel: Annotated[int, srkit.Range(1, odd=True)] = 3,
        padding: Literal["zeros", "replicate"] = "zeros",
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.scale, self.mode = scale, mode
        self.conv = nn.Conv2d(channels, out_channels, kernel, padding=kernel // 2, padding_mode=padding, bias=bias)
        he_(self.conv)

    def forward(self, features: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,O,sH,sW)."""
        if self.mode == "bicubic":
            large = resize(features, self.scale)  # Keys' a = -0.5; torch's own bicubic has -0.75
        elif self.mode == "bilinear":
            large = F.interpolate(features, scale_factor=self.scale, mode="bilinear", align_corners=False)
        else:
            large = F.interpolate(features, scale_factor=self.scale, mode="nearest")
        sharp: Tensor = self.conv(large)
        return sharp

    @property
    def needs(self) -> Needs:
        """The needs of the layer: a halo of the input pixels on which an output pixel depends."""
        radius = self.conv.kernel_size[0] // 2
        reach = {"nearest": 0, "bilinear": 1, "bicubic": 2}[self.mode]
        return Needs(halo=-(-radius // self.scale) + reach)
