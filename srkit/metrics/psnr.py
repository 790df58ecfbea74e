"""Peak signal-to-noise ratio."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import torch
from torch import Tensor

import srkit
from srkit.metrics.protocol import ComparisonProtocol, same_shape


@srkit.metric("psnr")
class PSNR:
    """Peak signal-to-noise ratio in dB: 10 log10(255**2 / MSE), per image; identical images give infinity.

    Args:
        color: y compares BT.601 luma of studio range, rgb all channels.
        border: Pixels cut off every side; null is the scale.
        quantise: Whether both images are rounded to 8 bits first.
        gray: repeat makes RGB of a gray image first, as LapSRN's code does; as_is takes it for luma, which reads
            1.32 dB lower.
    """

    @srkit.limited
    def __init__(
        self,
        scale: int,
        *,
        color: Literal["y", "rgb"] = "y",
        border: Annotated[int, srkit.Range(0)] | None = None,
        quantise: bool = True,
        gray: Literal["repeat", "as_is"] = "repeat",
    ) -> None:
        self.prepare = ComparisonProtocol(color, scale if border is None else border, quantise, gray)
        self.protocol = self.prepare.describe()

    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return (N,) of two (N,C,H,W) in [0,1]."""
        same_shape(prediction, target)
        errors = [
            (band.prediction - band.target).square().mean((1, 2, 3)) * band.share
            for band in self.prepare.bands(prediction, target)
        ]
        return 20 * math.log10(255) - 10 * torch.stack(errors).sum(0).log10()
