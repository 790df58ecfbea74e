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
