"""The kernel of antialiased bicubic shrinking."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

import srkit
from srkit.draws import Draws
from srkit.image.bicubic import cubic


@srkit.estimator("bicubic")
class Bicubic:
    """The kernel of antialiased bicubic shrinking, the degradation of most published tables, for every image.

    Correlation with it, keeping every ``scale``-th pixel, equals the degradation ``bicubic`` up to its
    rounding. Some values are negative.
    """

    def __init__(self, scale: int) -> None:
        if scale < 1:
            raise ValueError(f"scale must be at least 1, got {scale}")
        # the cubic reaches 2 * scale pixels, around a centre that lies (scale - 1) / 2 beyond the middle
        middle = (5 * scale - 1) // 2
        line = cubic((np.arange(2 * middle + 1) - middle - (scale - 1) / 2) / scale)
        line /= line.sum()
        self.kernel = torch.from_numpy(np.outer(line, line))[None]

    def __call__(self, _low: Tensor, _draws: Draws) -> Tensor:
        """Return the kernel (1,k,k), in float64 on the CPU."""
        return self.kernel.clone()
