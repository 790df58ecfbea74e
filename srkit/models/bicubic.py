"""Bicubic interpolation, the baseline."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

import srkit
from srkit.image.resize import resize
from srkit.network.color import Color
from srkit.network.needs import Needs
from srkit.network.variant import Variant


@srkit.model("bicubic")
class Bicubic(nn.Module):
    """Bicubic interpolation (Keys 1981, as MATLAB has it): the parameter-free baseline.

    Args:
        edge: What lies beyond the edge: the last pixel repeated, or the image mirrored.
    """

    variants = (
        Variant(
            color=Color.Y,
            psnr={2: (33.66, 30.24, 29.56, 26.88), 4: (28.42, 26.00, 25.96, 23.14)},
            source="Lai et al. 2017",
        ),
    )

    def __init__(self, scale: int, channels: int, *, edge: Literal["clamp", "symmetric"] = "symmetric") -> None:
        super().__init__()
        self.scale, self.channels, self.edge = scale, channels, edge

    def forward(self, low: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,C,sH,sW)."""
        return resize(low, self.scale, edge=self.edge)

    @property
    def needs(self) -> Needs:
        """The needs of the model: two input pixels on every side."""
        return Needs(halo=2)
