"""The two factors of structural similarity (Wang et al. 2004), for the metric and for losses."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

WINDOW, SIGMA, K1, K2 = 11, 1.5, 0.01, 0.03
C1, C2 = (K1 * 255) ** 2, (K2 * 255) ** 2
CENTRE = 128.0


def similarity_factors(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Return luminance and contrast-structure, two (N,C,H-10,W-10), whose product is the similarity.

    The window is an 11x11 Gaussian with standard deviation 1.5, at places where it fits completely.

    Args:
        x: (N,C,H,W) of one float type, on the scale of 0 to 255.
        y: The same.
    """
    # a variance is the same around any centre, and float32 keeps more of its digits if the values are small
    x, y = x - CENTRE, y - CENTRE
    mean_x, mean_y = _blur(x), _blur(y)
    variances = (_blur(x * x) - mean_x**2) + (_blur(y * y) - mean_y**2)
    covariance = _blur(x * y) - mean_x * mean_y
    mean_x, mean_y = mean_x + CENTRE, mean_y + CENTRE
    luminance = (2 * mean_x * mean_y + C1) / (mean_x**2 + mean_y**2 + C1)
    return luminance, (2 * covariance + C2) / (variances + C2)


def _blur(images: Tensor) -> Tensor:
    """Correlate (N,C,H,W) with the window, which is separable, without padding."""
    x = torch.arange(WINDOW, dtype=images.dtype, device=images.device) - WINDOW // 2
    line = torch.exp(-(x**2) / (2 * SIGMA**2))
    line = line / line.sum()
    planes = images.reshape(-1, 1, *images.shape[-2:])
    blurred = F.conv2d(F.conv2d(planes, line.view(1, 1, -1, 1)), line.view(1, 1, 1, -1))
    return blurred.view(*images.shape[:2], *blurred.shape[-2:])
