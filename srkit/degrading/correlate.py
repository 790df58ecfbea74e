"""Correlation of images of different sizes with a kernel each, on the CPU in the quickest way for each kernel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from srkit.degrading.blur import convolved
from srkit.degrading.ragged import apart, mirrored_by, on_processor, stacked
from srkit.image.filter import correlate, correlate_by_transform, correlate_separably

NARROW = 11
"""Largest side of a kernel that is summed directly; for wider ones a Fourier transform is quicker."""

NOTHING = 1e-7
"""Largest sum of the absolute weights that are cut off around a kernel; a float32 image does not show them."""


def correlated(images: Sequence[Tensor], kernels: Tensor) -> list[Tensor]:
    """Return images (1,C,H,W), image n correlated with kernel n of (N,k,k), k odd, mirrored as in ``blur``.

    On the CPU the way depends on the kernel: a product of a row and a column is two passes, a narrow kernel is
    summed directly, and a wide one is a product of Fourier transforms. Each image is done by itself, so it depends
    on its kernel alone, to the last bit. Other devices get one convolution for all, as ``blur`` does it.
    """
    if not on_processor(images):
        planes = stacked(images, mirrored_by(kernels.shape[-1] // 2))
        return apart(convolved(planes, kernels), images)
    weights = kernels.double().numpy()
    return [_correlated(image, kernel) for image, kernel in zip(images, weights, strict=True)]


def _correlated(image: Tensor, kernel: NDArray[np.float64]) -> Tensor:
    kernel = trimmed(kernel)
    line = factors(kernel)
    planes = image[0].float().contiguous().numpy()
    result = np.empty_like(planes)
    if line is not None:
        row, column = line
        correlate_separably(planes, row.astype(np.float32), column.astype(np.float32), result)
    elif len(kernel) <= NARROW:
        correlate(planes, kernel.astype(np.float32), result)
    else:
        correlate_by_transform(planes, kernel.astype(np.float32), result)
    return torch.from_numpy(result)[None].to(image.dtype)


def trimmed(kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the middle of a kernel (k,k), without the rings around it that are next to nothing."""
    weights, middle = np.abs(kernel), len(kernel) // 2
    lines = weights.sum(0) + weights.sum(1)
    outside = (lines + lines[::-1])[:middle].cumsum()
    cut = min(int((outside <= NOTHING * weights.sum()).sum()), middle - 1)
    return np.ascontiguousarray(kernel[cut : len(kernel) - cut, cut : len(kernel) - cut]) if cut > 0 else kernel


def factors(kernel: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Return the row and the column whose product a kernel (k,k) is; None if it is none."""
    middle = len(kernel) // 2
    row, column, centre = kernel[middle], kernel[:, middle], kernel[middle, middle]
    if not centre or np.abs(np.outer(column, row) - kernel * centre).max() > 1e-9 * centre * centre:
        return None
    return row, column / centre
