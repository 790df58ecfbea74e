"""The protocol that PSNR and SSIM share: colour, border, rounding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from torch import Tensor

from srkit.image.color import luma
from srkit.image.convert import quantise
from srkit.image.crop import shave

Color = Literal["y", "rgb"]
Gray = Literal["repeat", "as_is"]


BAND = 2**21
"""Pixels of a band: float64 intermediates of this size need far less memory than the images themselves."""


class Band(NamedTuple):
    """Some rows of two images, (N,C,h,W) in float64 on the scale of 0 to 255, ready to be compared."""

    prediction: Tensor
    target: Tensor
    share: float
    """Share of all values of the metric that are taken from this band, in [0,1]."""


@dataclass(frozen=True)
class ComparisonProtocol:
    """The steps that prepare two images for a comparison.

    Args:
        color: Compare BT.601 luma of studio range, or all channels.
        border: Pixels that are cut off every side.
        quantise: Whether both images are rounded to 8 bits first.
        gray: repeat makes RGB of a gray image, whose luma then lies in 16..235; as_is takes the image for luma.
    """

    color: Color
    border: int
    quantise: bool
    gray: Gray

    def bands(self, prediction: Tensor, target: Tensor, window: int = 1) -> Iterator[Band]:
        """Yield two images (N,C,H,W) in [0,1], without their border, in bands of rows that need little memory.

        Args:
            prediction: The images to compare.
            target: The images to compare them with.
            window: Number of rows that one value of the metric depends on; neighbouring bands share
                ``window - 1`` rows.
        """
        x, y = shave(prediction, self.border), shave(target, self.border)
        rows, most = x.shape[-2] - window + 1, max(1, BAND // x.shape[-1])
        for top in range(0, rows, most):
            count = min(most, rows - top)
            cut = slice(top, top + count + window - 1)
            yield Band(self._ready(x[..., cut, :]), self._ready(y[..., cut, :]), count / rows)

    def _ready(self, image: Tensor) -> Tensor:
        """Return (N,C,H,W) in float64 on the scale of 0 to 255, ready to be compared."""
        image = (image.cpu() if image.device.type == "mps" else image).double()  # MPS has no float64
        if self.quantise:
            image = quantise(image)
        if self.color == "y" and (image.shape[1] == 3 or self.gray == "repeat"):
            image = luma(image)
        return image * 255

    def describe(self) -> dict[str, str | int]:
        """Return the protocol as plain values, to stand beside a number."""
        return {
            "color": "Y" if self.color == "y" else "RGB",
            "range": "16..235" if self.color == "y" else "0..255",
            "border": self.border,
            "rounded": "8 bit" if self.quantise else "no",
            "gray": "repeated to RGB" if self.gray == "repeat" else "as it is",
        }


def same_shape(prediction: Tensor, target: Tensor) -> None:
    """Refuse images that cannot be compared.

    Raises:
        ValueError: Their sizes or channels differ, or they are neither gray nor RGB.
    """
    if prediction.shape != target.shape:
        raise ValueError(f"wants two images of one shape, got {tuple(prediction.shape)} and {tuple(target.shape)}")
    if prediction.ndim != 4 or prediction.shape[1] not in (1, 3):
        raise ValueError(f"wants images (N,1,H,W) or (N,3,H,W), got {tuple(prediction.shape)}")
