"""Bicubic shrinking, the degradation of most published tables."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

import srkit
from srkit.draws import Draws
from srkit.image.resize import resize


@srkit.degradation("bicubic")
class Bicubic:
    """Antialiased bicubic shrinking, bit for bit as MATLAB does it with 8-bit images.

    Args:
        edge: What lies beyond the edge: the last pixel repeated, or the image mirrored.
        quantise: Whether to round to 8 bits after each of the two passes, as MATLAB does; false never rounds.
    """

    def __init__(
        self, scale: int, *, edge: Literal["clamp", "symmetric"] = "symmetric", quantise: bool = True
    ) -> None:
        self.scale, self.edge, self.quantise = scale, edge, quantise

    def __call__(self, high: Tensor, _draws: Draws) -> Tensor:
        """Return LR (N,C,H,W) of HR (N,C,sH,sW)."""
        if high.device.type == "cuda":
            # all at once, since a call for each image keeps the processor busy, and not the GPU; in float64, since
            # the last bits of a matrix product depend on its size, and these are rounded away
            return self._shrunk(high.double()).to(high.dtype)
        # one image at a time, for the same reason
        return torch.cat([self._shrunk(image) for image in high.chunk(len(high))])

    def _shrunk(self, high: Tensor) -> Tensor:
        if not self.quantise:
            return resize(high, 1 / self.scale, edge=self.edge)
        height, width = high.shape[-2] // self.scale, high.shape[-1] // self.scale
        levels = high * 255
        for size in ((height, high.shape[-1]), (height, width)):
            # a half is rounded up, as in MATLAB; torch.round would round it to even
            levels = resize(levels, size=size, edge=self.edge).clamp(0, 255).add(0.5).floor()
        return levels / 255
