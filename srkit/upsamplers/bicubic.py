"""Interpolation without parameters."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

import srkit
from srkit.image.resize import resize
from srkit.layers.init import he_
from srkit.network.needs import Needs


@srkit.upsampler("bicubic")
class Bicubic(nn.Module):
    """Bicubic interpolation (Keys 1981, as MATLAB has it), without parameters.

    Where a network wants another number of channels, a 3x3 convolution makes them first.

    Args:
        edge: What lies beyond the edge: the last pixel repeated, or the image mirrored.
    """

    def __init__(
        self, channels: int, out_channels: int, scale: int, *, edge: Literal["clamp", "symmetric"] = "symmetric"
    ) -> None:
        super().__init__()
        self.scale, self.edge = scale, edge
        self.project = None if out_channels == channels else nn.Conv2d(channels, out_channels, 3, padding=1)
        if self.project is not None:
            he_(self.project)

    def forward(self, features: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,O,sH,sW)."""
        projected = features if self.project is None else self.project(features)
        return resize(projected, self.scale, edge=self.edge)

    @property
    def needs(self) -> Needs:
        """The needs of the layer: a halo of the input pixels on which an output pixel depends."""
        return Needs(halo=2 if self.project is None else 3)

    def extra_repr(self) -> str:
        """Return the scale, for the printed network."""
        return f"scale={self.scale}, edge={self.edge!r}"
