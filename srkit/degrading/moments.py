"""Where a kernel lies, how wide it is and how it is turned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Moments:
    """The first and second moments of a kernel, in pixels.

    Widths and angle are those of the positive values alone: with its negative lobes the kernel of bicubic, whose
    moments are those of a single point, would have no width.

    Attributes:
        right: How far its centre of mass lies to the right of its middle.
        down: How far it lies below.
        long: The standard deviation along its longest axis.
        short: The standard deviation across that axis.
        angle: From the rows to the longest axis, in degrees from -90 to 90, clockwise where y points down.
    """

    right: float
    down: float
    long: float
    short: float
    angle: float

    @classmethod
    def of(cls, kernel: NDArray[np.float64]) -> Moments:
        """Measure a kernel (k,k) with a positive sum."""
        y, x = np.indices(kernel.shape) - (len(kernel) - 1) / 2
        right, down = (float((kernel * one).sum() / kernel.sum()) for one in (x, y))
        positive = kernel.clip(0)
        variances, axes = np.linalg.eigh(np.cov([x.ravel(), y.ravel()], aweights=positive.ravel(), ddof=0))
        short, long = np.sqrt(np.maximum(variances, 0)).tolist()
        along_x, along_y = axes[:, 1] if axes[0, 1] >= 0 else -axes[:, 1]
        return cls(right, down, long, short, float(np.degrees(np.arctan2(along_y, along_x))))
