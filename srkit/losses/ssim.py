"""Structural similarity as a loss."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn

import srkit
from srkit.engine.precision import products
from srkit.image.color import rgb_to_y
from srkit.image.ssim import WINDOW, similarity_factors
from srkit.losses.size import refuse_small


@srkit.loss("ssim")
class SSIM(nn.Module):
    """1 - SSIM, the mean over all places where the 11x11 window fits completely (Wang et al. 2004).

    It is 1 minus the metric ``ssim`` without rounding and border. Nothing is clipped. Structure hardly depends
    on brightness, so give it a pixel loss beside it (``weighted``).

    Args:
        color: rgb is the mean over all channels; y compares the luma of RGB, as the metric does by default. A
            network of Y has luma anyway.
    """

    least = WINDOW

    def __init__(self, *, color: Literal["rgb", "y"] = "rgb") -> None:
        super().__init__()
        self.color = color

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return a scalar of two (N,C,H,W), C 1 or 3.

        Raises:
            TrainingError: The images are smaller than the window.
        """
        refuse_small("ssim", prediction, self.least)
        with products(prediction.device, "fp32"):  # differences of means of squares need all digits
            luminance, structure = similarity_factors(
                *(levels(image, self.color) for image in (prediction, target))
            )
        return 1 - (luminance * structure).mean()


def levels(image: Tensor, color: str) -> Tensor:
    """Return (N,C,H,W) in [0,1] on the scale of 0 to 255, in float32; RGB as its luma if ``color`` is y."""
    image = image.float()
    return 255 * (rgb_to_y(image) if color == "y" and image.shape[1] == 3 else image)
