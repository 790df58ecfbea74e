"""Correlation of images of different sizes with a kernel each, on the CPU in the quickest way for each kernel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from srkit.degrading.blur import blur
from srkit.degrading.by_size import by_size
from srkit.image.filter import correlate, correlate_separably

NARROW = 11
"""Largest side of a kernel that is summed directly; for wider ones a Fourier transform is quicker."""

NOTHING = 1e-7
"""Largest sum of the absolute weights that are cut off around a kernel; a float32 image does not show them."""

STEP = 16
"""Sides of transforms are multiples of this, so that they have few large prime factors."""


def correlated(images: Sequence[Tensor], kernels: Tensor) -> list[Tensor]:
    """Return images (1,C,H,W), image n correlated with kernel n of (N,k,k), k odd, mirrored as in ``blur``.

    On the CPU the way depends on the kernel: a product of a row and a column is two passes, a narrow kernel is
    summed directly, and a wide one is a product of Fourier transforms. Each image is done by itself, so it depends
    on its kernel alone, to the last bit. Other devices get the convolutions of ``blur``.
    """
    if any(image.device.type != "cpu" for image in images):
        return by_size(blur, images, kernels)
    weights = kernels.double().numpy()
    return [_correlated(image, kernel) for image, kernel in zip(images, weights, strict=True)]


def _correlated(image: Tensor, kernel: NDArray[np.float64]) -> Tensor:
    kernel = trimmed(kernel)
    line = factors(kernel)
    if line is None and len(kernel) > NARROW:
        if min(image.shape[-2:]) >= len(kernel) // 2:
            return _transformed(image, torch.from_numpy(kernel).float())
        return blur(image, torch.from_numpy(kernel)[None])
    planes = image[0].float().contiguous().numpy()
    result = np.empty_like(planes)
    if line is None:
        correlate(planes, kernel.astype(np.float32), result)
    else:
        row, column = line
        correlate_separably(planes, row.astype(np.float32), column.astype(np.float32), result)
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


def _transformed(image: Tensor, kernel: Tensor) -> Tensor:
    """Correlate one image (1,C,H,W) with a kernel (k,k) by Fourier transforms.

    Channel by channel: the last bits of several transforms in one call depend on the number of threads.
    """
    (height, width), reach = image.shape[-2:], len(kernel) // 2
    size = [-(-(side + 2 * reach) // STEP) * STEP for side in (height, width)]
    padded = torch.zeros(*image.shape[:2], *size)
    middle = padded[..., reach : reach + width]
    middle[..., reach : reach + height, :] = image
    middle[..., :reach, :] = image[..., :reach, :].flip(-2)
    middle[..., reach + height : height + 2 * reach, :] = image[..., height - reach :, :].flip(-2)
    padded[..., :reach] = padded[..., reach : 2 * reach].flip(-1)
    padded[..., reach + width : width + 2 * reach] = padded[..., width : width + reach].flip(-1)
    response = torch.fft.rfft2(kernel, size).conj()
    planes = [torch.fft.irfft2(torch.fft.rfft2(plane) * response, size)[:height, :width] for plane in padded[0]]
    return torch.stack(planes)[None].to(image.dtype)
