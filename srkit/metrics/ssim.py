"""Structural similarity."""

from __future__ import annotations

from typing import Annotated, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

import srkit
from srkit.image.crop import shave
from srkit.metrics.protocol import ComparisonProtocol, same_shape

WINDOW, SIGMA, K1, K2 = 11, 1.5, 0.01, 0.03


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
        means = [_similarity(band.prediction, band.target).mean((1, 2, 3)) * band.share for band in bands]
        return torch.stack(means).sum(0)


def _similarity(x: Tensor, y: Tensor) -> Tensor:
    """Return (N,C,H-10,W-10) of two (N,C,H,W) on the scale of 0 to 255."""
    mean_x, mean_y = _blur(x), _blur(y)
    variance_x = _blur(x * x) - mean_x**2
    variance_y = _blur(y * y) - mean_y**2
    covariance = _blur(x * y) - mean_x * mean_y
    c1, c2 = (K1 * 255) ** 2, (K2 * 255) ** 2
    return ((2 * mean_x * mean_y + c1) * (2 * covariance + c2)) / (
        (mean_x**2 + mean_y**2 + c1) * (variance_x + variance_y + c2)
    )


def _blur(image: Tensor) -> Tensor:
    """Correlate with the window, which is separable, without padding."""
    x = torch.arange(WINDOW, dtype=image.dtype, device=image.device) - WINDOW // 2
    line = torch.exp(-(x**2) / (2 * SIGMA**2))
    line = line / line.sum()
    planes = image.reshape(-1, 1, *image.shape[-2:])
    blurred = F.conv2d(F.conv2d(planes, line.view(1, 1, -1, 1)), line.view(1, 1, 1, -1))
    return blurred.view(*image.shape[:2], *blurred.shape[-2:])
