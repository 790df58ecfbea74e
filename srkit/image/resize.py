"""MATLAB's imresize with bicubic interpolation, bit for bit.

Antialiased: when shrinking, the kernel (Keys 1981, a = -0.5) is stretched by
1/scale. On 8-bit images MATLAB rounds after each of the two 1-D passes, the
dimension with the smaller scale first and rows first when both are equal; one
final rounding would leave 7 to 15 % of the values off by one.

Two rules for what lies beyond the edge are found in published LR images:
``clamp`` repeats the last pixel (SelfExSR, RCAN), ``symmetric`` mirrors the image
(MATLAB's own; DBPN, LapSRN). They differ by at most 0.003 dB of PSNR.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from srkit.image.bicubic import Edge, LineResize, blocks, contributions
from srkit.image.full_precision import full_precision
from srkit.image.traceable_bicubic import enlarge

Size = tuple[int, int]

WHOLE, BLOCK, MOST = 256, 64, 16
"""A side of up to WHOLE pixels is one matrix product; a longer one at most MOST of them, of at least BLOCK pixels.

More blocks multiply fewer zeros, but every call costs a kernel launch or, on a busy processor, a wait for the
other threads (tests/benchmarks/resize.py).
"""


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
        image: Integers, which are rounded to their type after each of the two passes, or floats, in float64.
        scale: Output over input size; the output is ``ceil(scale * input)``.
        size: Output (height, width), instead of ``scale``.
        edge: What lies beyond the edge.
        antialias: Stretch the kernel when shrinking.

    Returns:
        The type of ``image`` for integers, otherwise float64.

    Raises:
        ValueError: Not one of scale and size is given, or it is not positive.
    """
    lines = _lines(image.shape[0], image.shape[1], scale, size, edge, antialias)
    limits = np.iinfo(image.dtype) if np.issubdtype(image.dtype, np.integer) else None
    result = image.astype(np.float64)
    for axis, line in lines:
        weights, taps = contributions(line)
        shape = [1] * image.ndim
        shape[axis] = line.out
        total = np.zeros(1)
        for weight, tap in zip(weights.T, taps.T, strict=True):
            total = total + weight.reshape(shape) * np.take(result, tap, axis)
        result = total if limits is None else np.floor(np.clip(total, limits.min, limits.max) + 0.5)
    return result if limits is None else result.astype(image.dtype)


def resize(
    image: Tensor,
    scale: float | None = None,
    *,
    size: Size | None = None,
    edge: Edge = "symmetric",
    antialias: bool = True,
) -> Tensor:
    """Resize a batch (N,C,H,W) as MATLAB resizes floats: differentiable, on any device, not rounded.

    Agrees with ``imresize`` to 1e-6 in float32, whatever autocast or
    ``set_float32_matmul_precision`` say; half precision is computed in float32.

    Args:
        image: Floats; any range.
        scale: Output over input size; the output is ``ceil(scale * input)``.
        size: Output (height, width), instead of ``scale``.
        edge: What lies beyond the edge.
        antialias: Stretch the kernel when shrinking.

    Raises:
        ValueError: Not one of scale and size is given, or it is not positive.
    """
    if _traced() and isinstance(scale, int) and scale > 1:
        return enlarge(image.to(torch.promote_types(image.dtype, torch.float32)), scale, edge).to(image.dtype)
    lines = _lines(image.shape[-2], image.shape[-1], scale, size, edge, antialias)
    result = image.to(_exact(image))
    with full_precision(image.device):
        for axis, line in lines:
            if line.scale == 1 and line.out == line.length:
                continue
            result = _along(axis, result, line)
    return result.to(image.dtype)


def weigh(image: Tensor, rows: Tensor | None, columns: Tensor | None) -> Tensor:
    """Resize (N,C,h,w) to (N,C,H,W) by float64 weights (H,h) and (W,w); None keeps an axis."""
    exact = _exact(image)
    with full_precision(image.device):
        found = image.to(exact)
        if rows is not None:
            found = torch.matmul(rows.to(image.device, exact), found)
        if columns is not None:
            found = torch.matmul(found, columns.to(image.device, exact).mT)
        return found.to(image.dtype)


def _traced() -> bool:
    """Return whether a compiler or exporter traces the call: sizes may be open, and no cache may be used."""
    return torch.compiler.is_compiling()


def _along(axis: int, image: Tensor, line: LineResize) -> Tensor:
    """Resize rows (axis 0) or columns (axis 1), in slices that are views."""
    made = [
        torch.matmul(weights, image[..., start:stop, :])
        if axis == 0
        else torch.matmul(image[..., start:stop], weights.mT)
        for start, stop, weights in _on_device(line, _side(line), image.device, image.dtype)
    ]
    return made[0] if len(made) == 1 else torch.cat(made, axis - 2)


def _side(line: LineResize) -> int:
    longest = max(line.length, line.out)
    return longest if longest <= WHOLE else max(BLOCK, longest // MOST)


@lru_cache(maxsize=128)
def _on_device(
    line: LineResize, side: int, device: torch.device, dtype: torch.dtype
) -> list[tuple[int, int, Tensor]]:
    with torch.inference_mode(False):  # training must differentiate through weights cached in inference
        return [
            (block.start, block.stop, torch.from_numpy(block.weights).to(dtype).to(device))
            for block in blocks(line, side)
        ]


def _exact(image: Tensor) -> torch.dtype:
    """Return a number format whose products keep 24 bits: TF32 would leave an error of a grey level."""
    if image.dtype == torch.float64:
        return torch.float64
    short = torch.get_float32_matmul_precision() != "highest" and image.device.type != "mps"  # which has no float64
    return torch.float64 if short else torch.float32


def _lines(
    height: int, width: int, scale: float | None, size: Size | None, edge: Edge, antialias: bool
) -> list[tuple[int, LineResize]]:
    """Return (axis, line) for the two passes, in MATLAB's order."""
    if scale is not None and size is None:
        if not (scale > 0 and math.isfinite(scale)):
            raise ValueError(f"scale must be positive, got {scale!r}")
        size, scales = (math.ceil(height * scale), math.ceil(width * scale)), (float(scale), float(scale))
    elif size is not None and scale is None:
        if min(size) < 1:
            raise ValueError(f"size must be positive, got {size!r}")
        scales = size[0] / height, size[1] / width
    else:
        raise ValueError(f"wants scale or size, one of them, got scale {scale!r} and size {size!r}")
    rows, columns = (
        LineResize(length, out, ratio, edge, antialias)
        for length, out, ratio in zip((height, width), size, scales, strict=True)
    )
    return sorted([(0, rows), (1, columns)], key=lambda pass_: pass_[1].scale)
