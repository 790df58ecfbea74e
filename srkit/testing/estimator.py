"""The contract of estimators."""

from __future__ import annotations

from srkit.registry import Part
from srkit.testing.making import CHANNELS, SCALES, Make, tensor
from srkit.testing.per_image import image_for, repeatable

CLOSE = 1e-4


def estimator(part: Part, make: Make) -> None:
    """Check that LR (1,C,h,w) gives a kernel (1,k,k) with odd k and sum 1, always the same for the same image.

    A part may refuse scales when it is built, but not all.
    """
    for (scale,) in make.allowed(SCALES):
        for channels in CHANNELS:
            kernel = repeatable(part, make, scale, image_for(part, make(scale), channels))
            side = kernel.shape[-1] if kernel.ndim else 0
            tensor(part, kernel, (1, side, side), "a kernel (1,k,k)")
            assert side % 2 == 1, f"{part}: wants a kernel with an odd side, gave {side}"
            total = float(kernel.double().sum())
            assert abs(total - 1) < CLOSE, f"{part}: wants a kernel with the sum 1, gave {total:.4f}"
