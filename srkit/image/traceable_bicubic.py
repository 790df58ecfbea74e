"""Bicubic enlargement by a whole number, as sums of shifted images or as a convolution.

For compilers and exporters: nothing but slices, products and sums, or for ONNX a
convolution and a pixel shuffle, so that the height and width of the image may stay
open. In eager mode ``resize`` is faster.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from srkit.image.bicubic import Edge

REACH = 2
"""Input pixels on either side that an output pixel depends on."""


def enlarge(image: Tensor, scale: int, edge: Edge) -> Tensor:
    """Return (N,C,sH,sW) of (N,C,H,W), equal to the result of ``resize`` up to rounding."""
    if torch.onnx.is_in_onnx_export():
        return _as_convolution(image, scale, edge)
    return _along(_along(image, scale, edge, -2), scale, edge, -1)


def _as_convolution(image: Tensor, scale: int, edge: Edge) -> Tensor:
    """Do the same in three operations, which every runtime has and computes fast, instead of a hundred."""
    rows, channels = image.new_tensor(_phases(scale)), image.shape[1]
    kernels = torch.einsum("ik,jl->ijkl", rows, rows).flatten(0, 1)[:, None]
    wide = _widen(_widen(image, edge, -2), edge, -1)
    return F.pixel_shuffle(F.conv2d(wide, kernels.repeat(channels, 1, 1, 1), groups=channels), scale)


def _along(image: Tensor, scale: int, edge: Edge, axis: int) -> Tensor:
    length = image.shape[axis]
    wide = _widen(image, edge, axis)
    shifted = [wide.narrow(axis, at, length) for at in range(2 * REACH + 1)]
    phases = []
    for row in _phases(scale):
        total = torch.zeros_like(image)
        for weight, one in zip(row, shifted, strict=True):
            if weight:
                total = total + weight * one
        phases.append(total)
    return torch.stack(phases, -1 if axis == -1 else -2).flatten(axis - 1, axis)


def _widen(image: Tensor, edge: Edge, axis: int) -> Tensor:
    if edge == "clamp":
        return F.pad(image, (0, 0, REACH, REACH) if axis == -2 else (REACH, REACH, 0, 0), mode="replicate")
    # a mirror repeats the first pixel and then shows the second, which is the third of an image repeated by one
    wide = F.pad(image, (0, 0, 1, 1) if axis == -2 else (1, 1, 0, 0), mode="replicate")
    return torch.cat([wide.narrow(axis, REACH, 1), wide, wide.narrow(axis, wide.shape[axis] - REACH - 1, 1)], axis)


def _phases(scale: int) -> list[list[float]]:
    """Return the weights (scale, 2 * REACH + 1) of the outputs around one input pixel."""
    centres = [(phase + 0.5) / scale - 0.5 for phase in range(scale)]
    return [[_cubic(abs(centre - at)) for at in range(-REACH, REACH + 1)] for centre in centres]


def _cubic(x: float) -> float:
    """Return Keys' kernel at one number; ``srkit.image.bicubic`` has it in numpy, which compilers cannot trace."""
    if x <= 1:
        return 1.5 * x**3 - 2.5 * x**2 + 1
    return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x < 2 else 0.0
