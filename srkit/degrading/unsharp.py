"""Sharpening by an unsharp mask, as published pipelines sharpen HR."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from srkit.degrading.correlate import correlated

REACH = 3.125
"""Half the side of the Gaussian in standard deviations: 25 pixels of 8, which is OpenCV's kernel of 51 pixels."""


def sharpened(image: Tensor, *, amount: float, sigma: float, threshold: float) -> Tensor:
    """Return (N,C,H,W) in [0,1] sharpened where it differs from its blurred copy by more than a threshold.

    What is added is ``amount`` times the difference from the copy, times how much of the neighbourhood exceeds the
    threshold (the mask, blurred by the same Gaussian). Flat places and their noise stay as they are. It is USMSharp
    of Wang et al. (2021, Real-ESRGAN), except that images are mirrored with their last pixel doubled.

    Args:
        image: Images in [0,1].
        amount: How much of the difference is added.
        sigma: Standard deviation of the Gaussian, in pixels.
        threshold: The least difference that counts, in grey levels (0 to 255).
    """
    reach = math.ceil(REACH * sigma)
    line = torch.exp(-0.5 * (torch.arange(-reach, reach + 1, dtype=torch.float64) / sigma) ** 2)
    kernels = (torch.outer(line, line) / line.sum() ** 2).expand(len(image), -1, -1)

    def smooth(planes: Tensor) -> Tensor:
        return torch.cat(correlated(planes.chunk(len(planes)), kernels))

    difference = image - smooth(image)
    mask = smooth((difference.abs() * 255 > threshold).to(image.dtype))
    sharp = (image + amount * difference).clamp(0, 1)
    return mask * sharp + (1 - mask) * image
