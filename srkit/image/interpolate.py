"""Interpolation without antialiasing, as many programs resize; by OpenCV on the CPU."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
Mode: TypeAlias = Literal["area", "bilinear", "bicubic"]

OPENCV = {"bilinear": cv2.INTER_LINEAR, "bicubic": cv2.INTER_CUBIC}


def interpolated(planes: Float, height: int, width: int, mode: Mode) -> Float:
    """Return planes (C,H,W) as (C,height,width), equal to torch's ``interpolate`` to a few last bits.

    ``area`` is the mean of the pixels that an output pixel touches. Bicubic is Keys' kernel with a = -0.75.
    """
    if mode == "area":
        return _averaged(planes, height, width)
    out = np.empty((len(planes), height, width), np.float32)
    for plane, result in zip(planes, out, strict=True):
        cv2.resize(plane, (width, height), dst=result, interpolation=OPENCV[mode])
    return out


def _averaged(planes: Float, height: int, width: int) -> Float:
    """Return the mean of the pixels that each output pixel touches, by sums of rows and then of columns."""
    turned = np.stack([cv2.transpose(plane) for plane in _sums(planes, height)])
    sums = np.stack([cv2.transpose(plane) for plane in _sums(turned, width)])
    rows, columns = (windows(*pair)[1] for pair in zip(planes.shape[1:], (height, width), strict=True))
    sums *= (1 / np.outer(rows, columns)).astype(np.float32)
    return sums


def _sums(planes: Float, count: int) -> Float:
    """Return (C,count,W): sums of the rows of (C,H,W) that each of ``count`` equal parts touches."""
    first, pixels = windows(planes.shape[1], count)
    total = np.take(planes, first, axis=1)
    for place in range(1, int(pixels.max())):
        more = np.take(planes, first + place, axis=1, mode="clip")
        more[:, pixels <= place] = 0
        total += more
    return total


@lru_cache(maxsize=512)
def windows(length: int, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first pixel (count,), and the number of pixels, of each of ``count`` equal parts of a line."""
    part = np.arange(count)
    first = part * length // count
    return first, -(-(part + 1) * length // count) - first
