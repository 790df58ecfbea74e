"""An upsampler for srkit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from torch import Tensor, nn
from torch.nn import functional as F

import srkit
from srkit.network.needs import Needs


@srkit.upsampler("starter")
class Starter(nn.Module):
    """Repeated pixels, then a convolution on the large grid.

    Args:
        kernel: Side of the kernel.
    """

    @srkit.limited
    def __init__(
        self,
        channels: int,
        out_channels: int,
        scale: int,
        *,
        kernel: Annotated[int, srkit.Range(1, odd=True)] = 3,
    ) -> None:
        super().__init__()
        self.scale = scale
        self.conv = nn.Conv2d(channels, out_channels, kernel, padding=kernel // 2)

    def forward(self, features: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,O,sH,sW)."""
        large: Tensor = self.conv(F.interpolate(features, scale_factor=self.scale, mode="nearest"))
        return large

    @property
    def needs(self) -> Needs:
        """How far the layer sees, in input pixels."""
        return Needs(halo=-(-(self.conv.kernel_size[0] // 2) // self.scale))


@srkit.hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the parts of this package to srkit."""
    return [Starter]
