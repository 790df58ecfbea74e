"""MATLAB's imresize with bicubic interpolation, bit for bit.

Antialiased: when shrinking, the kernel (Keys 1981, a = -0.5) is stretched by
1/scale. On 8-bit images MATLAB rounds after each of the two 1-D passes, the
dimension with the smaller scale first and rows first when both are equal; one
final rounding would leave 7 to 15 % of the values off by one.

Two rules for what lies beyond the edge are found in published LR images:
``clamp`` repeats the last pixel, ``symmetric`` mirrors the image (MATLAB's own).
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Edge = Literal["clamp", "symmetric"]
Size = tuple[int, int]

DENSE_UP_TO = 640
"""Longest side for which a dense product is faster than a sum over taps; three times that when enlarging."""


def imresize(
    image: NDArray[Any],
    scale: float | None = None,
    *,
    size: Size | None = None,
    edge: Edge = "symmetric",
    antialias: bool = True,
) -> NDArray[Any]:
    """Resize an array (H,W) or (H,W,C) exactly as MATLAB does.

    Args:
        image: uint8 (rounded between the passes) or float (computed in float64).
        scale: Output over input size; the output is ``ceil(scale * input)``.
        size: Output (height, width), instead of ``scale``.
        edge: What lies beyond the edge.
        antialias: Stretch the kernel when shrinking.

    Returns:
        uint8 for uint8, otherwise float64.
    """
    out, scales = _target(image.shape[0], image.shape[1], scale, size)
    result = image.astype(np.float64)
    for axis in sorted((0, 1), key=lambda axis: scales[axis]):
        weights, taps = _taps(image.shape[axis], out[axis], scales[axis], edge, antialias)
        shape = [1] * image.ndim
        shape[axis] = out[axis]
        total = np.zeros(1)
        for weight, tap in zip(weights.T, taps.T, strict=True):  # in MATLAB's order: sums in float64 depend on it
            total = total + weight.reshape(shape) * np.take(result, tap, axis)
        result = np.floor(np.clip(total, 0, 255) + 0.5) if image.dtype == np.uint8 else total
    return result.astype(np.uint8) if image.dtype == np.uint8 else result


def resize(
    image: Tensor,
    scale: float | None = None,
    *,
    size: Size | None = None,
    edge: Edge = "symmetric",
    antialias: bool = True,
    rounded: bool = False,
) -> Tensor:
    """Resize a batch (N,C,H,W) as MATLAB resizes floats: differentiable, on any device.

    Agrees with ``imresize`` to 1e-6 in float32. Half precision is computed in float32.
    Arguments as there, and:

    Args:
        rounded: Take the image as 8-bit levels in [0,1], and round as MATLAB does between the
            passes; computed in float64, without a gradient.
    """
    out, scales = _target(image.shape[-2], image.shape[-1], scale, size)
    dtype = torch.float64 if rounded or image.dtype == torch.float64 else torch.float32
    result = (image.to(dtype) * 255).round() if rounded else image.to(dtype)
    with torch.autocast(image.device.type, enabled=False):
        for axis in sorted((0, 1), key=lambda axis: scales[axis]):
            length = image.shape[axis - 2]
            if out[axis] == length:
                continue
            key = (length, out[axis], scales[axis], edge, antialias)
            limit = DENSE_UP_TO if out[axis] < length else 3 * DENSE_UP_TO  # tests/benchmarks/resize.py
            result = (_dense if max(length, out[axis]) <= limit else _sum)(result, axis, key)
            if rounded:  # as imresize: in levels, a half goes up
                result = (result.clamp(0, 255) + 0.5 + 1e-9).floor()
    return (result / 255 if rounded else result).to(image.dtype)


def _dense(image: Tensor, axis: int, key: tuple[Any, ...]) -> Tensor:
    matrix = _matrix(key, image.device, image.dtype)
    return torch.matmul(matrix, image) if axis == 0 else torch.matmul(image, matrix.T)


def _sum(image: Tensor, axis: int, key: tuple[Any, ...]) -> Tensor:
    weights, taps = _taps(*key)
    shape = (-1, 1) if axis == 0 else (1, -1)
    total: Tensor | None = None
    for weight, tap in zip(weights.T, taps.T, strict=True):
        picked = image.index_select(axis - 2, torch.from_numpy(tap.copy()).to(image.device))
        share = torch.from_numpy(weight.copy()).to(image).view(shape)
        total = picked * share if total is None else torch.addcmul(total, picked, share)
    assert total is not None
    return total


def _target(height: int, width: int, scale: float | None, size: Size | None) -> tuple[Size, tuple[float, float]]:
    if (scale is None) == (size is None):
        raise ValueError(f"wants scale or size, one of them, got scale {scale!r} and size {size!r}")
    if size is None:
        assert scale is not None
        if scale <= 0:
            raise ValueError(f"scale must be positive, got {scale!r}")
        return (math.ceil(height * scale), math.ceil(width * scale)), (scale, scale)
    return size, (size[0] / height, size[1] / width)


def _cubic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Keys' kernel with a = -0.5, support [-2, 2]."""
    x = np.abs(x)
    x2, x3 = x**2, x**3
    near = (1.5 * x3 - 2.5 * x2 + 1) * (x <= 1)
    far = (-0.5 * x3 + 2.5 * x2 - 4 * x + 2) * ((x > 1) & (x <= 2))
    return near + far


@lru_cache(maxsize=256)
def _taps(
    length: int, out: int, scale: float, edge: Edge, antialias: bool
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return weights (out,P) and input positions (out,P) of a 1-D resize; MATLAB's ``contributions``."""
    stretch = scale if antialias and scale < 1 else 1.0
    support = 4.0 / stretch
    centre = np.arange(1, out + 1) / scale + 0.5 * (1 - 1 / scale)
    left = np.floor(centre - support / 2)
    positions = left[:, None] + np.arange(math.ceil(support) + 2)
    weights = stretch * _cubic(stretch * (centre[:, None] - positions))
    weights /= weights.sum(1, keepdims=True)
    index = positions.astype(np.int64) - 1
    if edge == "clamp":
        index = index.clip(0, length - 1)
    else:
        index = np.concatenate([np.arange(length), np.arange(length)[::-1]])[index % (2 * length)]
    used = (weights != 0).any(0)
    return weights[:, used], index[:, used]


@lru_cache(maxsize=64)
def _matrix(key: tuple[Any, ...], device: torch.device, dtype: torch.dtype) -> Tensor:
    """Return the 1-D resize as a matrix (out,length)."""
    weights, taps = _taps(*key)
    matrix = np.zeros((key[1], key[0]))
    np.add.at(matrix, (np.arange(key[1])[:, None], taps), weights)
    return torch.from_numpy(matrix).to(device=device, dtype=dtype)
