"""Transposed convolution."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

import srkit
from srkit.layers.init import bilinear_, he_
from srkit.network.needs import Needs


@srkit.upsampler("transposed_conv")
class TransposedConv(nn.Module):
    """Transposed convolution whose stride is the scale; it overlaps unevenly unless the kernel is a multiple of it.

    LapSRN's released weights have a 3x3 kernel at scale 2 (taps per output phase
    4:2:2:1), its paper says 4x4. The full output is cut to size: half of the
    excess on each side, an odd pixel at the bottom and on the right.

    Args:
        kernel: Side of the kernel, at least the scale; a multiple of it overlaps evenly.
        init: he draws random weights; bilinear starts as bilinear interpolation with DC gain 1.
        bias: Whether a bias is learnt.
    """

    def __init__(
        self,
        channels: int,
        out_channels: int,
        scale: int,
        *,
        kernel: int = 3,
        init: Literal["he", "bilinear"] = "he",
        bias: bool = True,
    ) -> None:
        super().__init__()
        if kernel < scale:
            raise ValueError(f"kernel must be at least the scale {scale} to leave no holes, got {kernel}")
        self.scale = scale
        self.conv = nn.ConvTranspose2d(
            channels, out_channels, kernel, stride=scale, padding=(kernel - scale) // 2, bias=bias
        )
        (he_ if init == "he" else bilinear_)(self.conv)

    def forward(self, features: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,O,sH,sW)."""
        height, width = (side * self.scale for side in features.shape[-2:])
        large: Tensor = self.conv(features)
        return large if large.shape[-1] == width else large[..., :height, :width]

    @property
    def needs(self) -> Needs:
        """The needs of the layer: a halo of the input pixels on which an output pixel depends."""
        kernel, cut = self.conv.kernel_size[0], int(self.conv.padding[0])
        # the reach on the other side is never larger, since more is cut off at the end
        return Needs(halo=(kernel - 1 - cut) // self.scale)
