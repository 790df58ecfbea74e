"""Peak signal-to-noise ratio."""

from __future__ import annotations

import math
from typing import Literal

from torch import Tensor

import srkit
from srkit.metrics.protocol import Protocol, border_of, same_shape


@srkit.metric("psnr")
class PSNR:
    """Peak signal-to-noise ratio in dB: 10 log10(255**2 / MSE), per image; identical images give infinity.

    Args:
        color: y compares BT.601 luma of studio range, rgb all channels.
        border: Pixels cut off every side; null is the scale.
        quantise: Round both images to 8 bits first.
        gray: repeat makes RGB of a gray image first, as LapSRN's code does; as_is takes it for luma, which reads
            1.32 dB lower.
    """

    def __init__(
        self,
        scale: int,
        *,
        color: Literal["y", "rgb"] = "y",
        border: int | None = None,
        quantise: bool = True,
        gray: Literal["repeat", "as_is"] = "repeat",
    ) -> None:
        self.prepare = Protocol(color, border_of(scale, border), quantise, gray)
        self.protocol = self.prepare.describe()

    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return (N,) of two (N,C,H,W) in [0,1]."""
        same_shape(prediction, target)
        difference = self.prepare(prediction) - self.prepare(target)
        return 20 * math.log10(255) - 10 * difference.square().mean((1, 2, 3)).log10()
