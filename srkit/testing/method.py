"""The contract of methods."""

from __future__ import annotations

from srkit.registry import Part
from srkit.testing.making import CHANNELS, SCALES, Make, tensor
from srkit.testing.per_image import image_for, repeatable


def method(part: Part, make: Make) -> None:
    """Check that LR (1,C,h,w) becomes HR (1,C,s*h,s*w), always the same for the same image and random numbers.

    A part may refuse scales when it is built, but not all.
    """
    for (scale,) in make.allowed(SCALES):
        for channels in CHANNELS:
            low = image_for(part, make(scale), channels)
            high = repeatable(part, make, scale, low)
            shape = (1, channels, low.shape[-2] * scale, low.shape[-1] * scale)
            tensor(part, high, shape, f"{shape} of {tuple(low.shape)} at x{scale}")
