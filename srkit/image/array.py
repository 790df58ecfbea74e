"""Types of images as arrays."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

UInt8Image: TypeAlias = NDArray[np.uint8]
"""An 8-bit image (H,W,C): C is 3 (RGB) or 1 (gray)."""

Pixels: TypeAlias = NDArray[np.uint8 | np.uint16 | np.float32]
"""An image (H,W,C) of 8 or 16 bits, or of floats in [0,1].

C is 1 (gray), 2 (gray, alpha), 3 (RGB) or 4 (RGB, alpha).
"""


def turned(pixels: Pixels, orientation: int) -> Pixels:
    """Return an image with EXIF's ``orientation``, 1 to 8, turned upright: (H,W,C) or (W,H,C)."""
    if orientation > 4:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
