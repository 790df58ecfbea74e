"""What most tables are made with."""

from __future__ import annotations

from typing import Literal

from torch import Generator, Tensor

import srkit
from srkit.image.convert import quantise
from srkit.image.resize import resize


@srkit.degradation("bicubic")
class Bicubic:
    """Antialiased bicubic shrinking, as MATLAB has it.

    Args:
        edge: What lies beyond the edge: the last pixel repeated, or the image mirrored.
        quantise: Round LR to 8 bits.
    """

    def __init__(self, scale: int, *, edge: Literal["clamp", "symmetric"] = "clamp", quantise: bool = True) -> None:
        self.scale, self.edge, self.quantise = scale, edge, quantise

    def __call__(self, high: Tensor, _generator: Generator) -> Tensor:
        """Return LR (N,C,H,W) of HR (N,C,sH,sW)."""
        low = resize(high, 1 / self.scale, edge=self.edge)
        return quantise(low) if self.quantise else low
