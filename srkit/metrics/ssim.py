"""Structural similarity."""

from __future__ import annotations

from typing import Annotated, Literal

import torch
from torch import Tensor

import srkit
from srkit.image.crop import shave
from srkit.image.ssim import WINDOW, similarity_factors
from srkit.metrics.protocol import ComparisonProtocol, same_shape


@srkit.metric("ssim")
class SSIM:
    """Structural similarity, as in the MATLAB code of its authors (Wang et al. 2004); 1 is best.

    The window is an 11x11 Gaussian with standard deviation 1.5, at places where it fits completely.

    Args:
        color: y compares BT.601 luma of studio range, rgb the mean over all channels.
        border: Pixels cut off every side; null is the scale.
        quantise: Whether both images are rounded to 8 bits first.
        gray: repeat makes RGB of a gray image first, as LapSRN's code does; as_is takes it for luma.
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
        """Return (N,) of two (N,C,H,W) in [0,1].

        Raises:
            ValueError: The images are smaller than the window.
        """
        same_shape(prediction, target)
        inside = tuple(shave(prediction, self.prepare.border).shape[-2:])
        if min(inside) < WINDOW:
            raise ValueError(f"wants images of at least {WINDOW} pixels a side inside the border, got {inside}")
        bands = self.prepare.bands(prediction, target, WINDOW)
        means = [
            torch.mul(*similarity_factors(band.prediction, band.target)).mean((1, 2, 3)) * band.share
            for band in bands
        ]
        return torch.stack(means).sum(0)
