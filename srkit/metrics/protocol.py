"""What PSNR and SSIM have in common: colour, border, rounding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from srkit.image.color import luma
from srkit.image.convert import quantise
from srkit.image.crop import shave

Color = Literal["y", "rgb"]
Gray = Literal["repeat", "as_is"]


@dataclass(frozen=True)
class Protocol:
    """How two images are made ready to be compared.

    Args:
        color: Compare BT.601 luma of studio range, or all channels.
        border: Pixels that are cut off every side.
        quantise: Round both images to 8 bits first.
        gray: repeat makes RGB of a gray image, whose luma then lies in 16..235; as_is takes the image for luma.
    """

    color: Color
    border: int
    quantise: bool
    gray: Gray

    def __call__(self, image: Tensor) -> Tensor:
        """Return (N,C,H,W) in float64 on the scale of 0 to 255, ready to be compared."""
        image = (image.cpu() if image.device.type == "mps" else image).double()  # MPS has no float64
        if self.quantise:
            image = quantise(image)
        if self.color == "y" and (image.shape[1] == 3 or self.gray == "repeat"):
            image = luma(image)
        return shave(image, self.border) * 255

    def describe(self) -> dict[str, str | int]:
        """Return the protocol as plain values, to stand beside a number."""
        return {
            "color": "Y" if self.color == "y" else "RGB",
            "range": "16..235" if self.color == "y" else "0..255",
            "border": self.border,
            "rounded": "8 bit" if self.quantise else "no",
            "gray": "repeated to RGB" if self.gray == "repeat" else "as it is",
        }


def border_of(scale: int, border: int | None) -> int:
    """Return the border of a metric's options; None is the scale.

    Raises:
        ValueError: The border is negative.
    """
    if border is not None and border < 0:
        raise ValueError(f"border must not be negative, got {border}")
    return scale if border is None else border


def same_shape(prediction: Tensor, target: Tensor) -> None:
    """Refuse images that cannot be compared.

    Raises:
        ValueError: Their sizes or channels differ, or they are neither gray nor RGB.
    """
    if prediction.shape != target.shape:
        raise ValueError(f"wants two images of one shape, got {tuple(prediction.shape)} and {tuple(target.shape)}")
    if prediction.ndim != 4 or prediction.shape[1] not in (1, 3):
        raise ValueError(f"wants images (N,1,H,W) or (N,3,H,W), got {tuple(prediction.shape)}")
