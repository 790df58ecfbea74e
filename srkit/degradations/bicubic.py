"""What most tables are made with."""

from __future__ import annotations

from typing import Literal

from torch import Generator, Tensor

import srkit
from srkit.image.resize import resize


@srkit.degradation("bicubic")
class Bicubic:
    """Antialiased bicubic shrinking, as MATLAB has it.

    Args:
        edge: What lies beyond the edge: the last pixel repeated, or the image mirrored.
        quantise: Round to 8 bits between and after the two passes, bit for bit as MATLAB does on 8-bit images.
    """

    def __init__(
        self, scale: int, *, edge: Literal["clamp", "symmetric"] = "symmetric", quantise: bool = True
    ) -> None:
        self.scale, self.edge, self.quantise = scale, edge, quantise

    def __call__(self, high: Tensor, _generator: Generator) -> Tensor:
        """Return LR (N,C,H,W) of HR (N,C,sH,sW)."""
        return resize(high, 1 / self.scale, edge=self.edge, rounded=self.quantise)
