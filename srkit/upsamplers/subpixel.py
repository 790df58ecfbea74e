"""Sub-pixel convolution."""

from __future__ import annotations

from typing import Annotated, Literal

from torch import Tensor, nn
from torch.nn import functional as F

import srkit
from srkit.layers.init import he_, icnr_
from srkit.network.needs import Needs


@srkit.upsampler("subpixel")
class Subpixel(nn.Module):
    """Sub-pixel convolution: to scale**2 times the output channels, then a pixel shuffle (Shi et al. 2016).

    Args:
        kernel: Side of the kernel; odd, to keep the size.
        init: icnr makes all phases equal at the start (Aitken et al. 2017); he draws each on its own.
        blur: Whether scale x scale neighbours are averaged afterwards (2x2 at scale 2), which evens out the phases.
        bias: Whether a bias is learnt.
        groups: The convolution reads one of so many groups of channels for each of its outputs.
    """

    @srkit.limited
    def __init__(
        self,
        channels: int,
        out_channels: int,
        scale: int,
        *,
        kernel: Annotated[int, srkit.Range(1, odd=True)] = 3,
        init: Literal["he", "icnr"] = "icnr",
        blur: bool = False,
        bias: bool = True,
        groups: Annotated[int, srkit.Range(1)] = 1,
    ) -> None:
        super().__init__()
        if channels % groups or out_channels % groups:
            raise ValueError(
                f"groups must divide the channels before and after ({channels} and {out_channels}), got {groups}"
            )
        self.scale, self.blur = scale, blur
        self.conv = nn.Conv2d(
            channels, out_channels * scale**2, kernel, padding=kernel // 2, bias=bias, groups=groups
        )
        if init == "icnr":
            icnr_(self.conv, scale)
        else:
            he_(self.conv)

    def forward(self, features: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,O,sH,sW)."""
        large = F.pixel_shuffle(self.conv(features), self.scale)
        if not self.blur:
            return large
        before, after = self.scale // 2, (self.scale - 1) // 2
        padded = F.pad(large, (before, after, before, after), mode="replicate")
        return F.avg_pool2d(padded, self.scale, stride=1)

    @property
    def needs(self) -> Needs:
        """The needs of the layer: a halo of the input pixels on which an output pixel depends."""
        return Needs(halo=self.conv.kernel_size[0] // 2 + self.blur)
