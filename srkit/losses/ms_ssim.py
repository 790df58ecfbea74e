"""Structural similarity at several sizes, as a loss."""

from __future__ import annotations

from typing import Annotated, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import srkit
from srkit.engine.precision import products
from srkit.image.ssim import WINDOW, similarity_factors
from srkit.losses.size import refuse_small
from srkit.losses.ssim import levels as on_255

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Exponents of the levels, fine to coarse (Wang et al. 2003, section 4)."""

FLOOR = 1e-4
"""Least mean of a level: a power of a number below 0 is not defined, and its slope is endless at 0."""


@srkit.loss("ms_ssim")
class MSSSIM(nn.Module):
    """1 - MS-SSIM, the product of the similarities of contrast and structure at several sizes (Wang et al. 2003).

    Each level is half as large as the one before it (means of 2x2 pixels; an odd last row or column is left out).
    The luminance counts at the last level only. The product is taken for each image and channel; a level whose mean
    is below 1e-4 counts as 1e-4 and has no gradient. Five levels want images of at least 176 pixels a side.

    Args:
        levels: The number of levels, from the finest on; their exponents are divided by their sum.
        color: rgb is the mean over all channels; y compares the luma of RGB. A network of Y has luma anyway.
    """

    @srkit.limited
    def __init__(
        self, *, levels: Annotated[int, srkit.Range(1, len(WEIGHTS))] = 5, color: Literal["rgb", "y"] = "rgb"
    ) -> None:
        super().__init__()
        self.weights = [weight / sum(WEIGHTS[:levels]) for weight in WEIGHTS[:levels]]
        self.color = color
        self.least = WINDOW * 2 ** (levels - 1)

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return a scalar of two (N,C,H,W), C 1 or 3.

        Raises:
            TrainingError: The images of the last level are smaller than the window.
        """
        refuse_small("ms_ssim", prediction, self.least, ", or lower the loss's levels" * (len(self.weights) > 1))
        x, y = (on_255(image, self.color) for image in (prediction, target))
        total = torch.ones(x.shape[:2], device=x.device)
        for number, weight in enumerate(self.weights):
            if number:
                x, y = F.avg_pool2d(x, 2), F.avg_pool2d(y, 2)
            with products(x.device, "fp32"):  # differences of means of squares need all digits
                luminance, structure = similarity_factors(x, y)
            last = number == len(self.weights) - 1
            level = (luminance * structure if last else structure).mean((2, 3))
            total = total * level.clamp_min(FLOOR) ** weight
        return 1 - total.mean()
