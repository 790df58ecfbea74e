"""Correlation of an image with a kernel by OpenCV."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]


def correlate(planes: Float, kernel: Float, out: Float) -> None:
    """Correlate every plane of (C,H,W) with (j,k), odd sides, mirrored with the last pixel doubled, into ``out``.

    OpenCV sums directly where the kernel has at most 11 x 11 pixels; larger ones take it longer than a transform.
    """
    for plane, result in zip(planes, out, strict=True):
        cv2.filter2D(plane, -1, kernel, dst=result, borderType=cv2.BORDER_REFLECT)


def correlate_separably(planes: Float, row: Float, column: Float, out: Float) -> None:
    """Correlate every plane of (C,H,W) with the kernel ``column[y] * row[x]``, as ``correlate`` does."""
    for plane, result in zip(planes, out, strict=True):
        cv2.sepFilter2D(plane, -1, row, column, dst=result, borderType=cv2.BORDER_REFLECT)


def correlate_by_transform(planes: Float, kernel: Float, out: Float) -> None:
    """Correlate as ``correlate`` does, by Fourier transforms, which suit kernels of more than 11 x 11 pixels.

    What lies beyond the mirrored edge is of no account: the transform is large enough that it does not come back in
    on the other side.
    """
    (height, width), side = planes.shape[1:], len(kernel)
    rows, columns = (_transform_length(length + side - 1) for length in (height, width))
    top = left = side // 2
    edges = top, rows - height - top, left, columns - width - left
    # without OpenCV's hint nonzeroRows, which takes it longer
    waves = cv2.dft(cv2.copyMakeBorder(kernel, 0, rows - side, 0, columns - side, cv2.BORDER_CONSTANT, value=0))
    for plane, result in zip(planes, out, strict=True):
        product = cv2.dft(cv2.copyMakeBorder(plane, *edges, cv2.BORDER_REFLECT))
        cv2.mulSpectrums(product, waves, 0, product, True)
        cv2.dft(product, dst=product, flags=cv2.DFT_INVERSE | cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT)
        result[:] = product[:height, :width]


def _transform_length(least: int) -> int:
    """Return a length of at least ``least`` whose transform is quick: 16 times a product of 2, 3 and 5."""
    return 16 * int(cv2.getOptimalDFTSize(-(-least // 16)))
