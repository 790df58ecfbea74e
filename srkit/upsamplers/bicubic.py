"""Interpolation without parameters."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

import srkit
from srkit.image.resize import resize
from srkit.network.needs import Needs


@srkit.upsampler("bicubic")
class Bicubic(nn.Module):
    """Bicubic interpolation (Keys 1981, as MATLAB has it), without parameters.

    Args:
        edge: What lies beyond the edge: the last pixel repeated, or the image mirrored.
    """

    def __init__(self, channels: int, scale: int, *, edge: Literal["clamp", "symmetric"] = "symmetric") -> None:
        super().__init__()
        self.channels, self.scale, self.edge = channels, scale, edge

    def forward(self, features: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,C,sH,sW)."""
        return resize(features, self.scale, edge=self.edge)

    @property
    def needs(self) -> Needs:
        """The needs of the layer: a halo of the input pixels on which an output pixel depends."""
        return Needs(halo=2)

    def extra_repr(self) -> str:
        """Return the scale, for the printed network."""
        return f"scale={self.scale}, edge={self.edge!r}"
