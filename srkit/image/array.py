"""What an image is outside of torch."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

UInt8Image: TypeAlias = NDArray[np.uint8]
"""An 8-bit image (H,W,C): C is 3 (RGB) or 1 (gray)."""

Pixels: TypeAlias = NDArray[np.uint8 | np.uint16]
"""An image (H,W,C) of 8 or 16 bits: C is 1 (gray), 2 (gray, alpha), 3 (RGB) or 4 (RGB, alpha)."""
