"""Enlarging convolutions as convolutions of the small image: one kernel for each phase of the large one.

A *phase* (i,j) of an image s times larger is every s-th pixel from (i,j). For a transposed convolution, a
convolution after nearest-neighbour interpolation and one before a pixel shuffle, each phase is the result of a
convolution of its own. The first two need fewer products in this form, since none is with a zero.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Phase(NamedTuple):
    """A convolution of the small image that gives one phase of the large one.

    Args:
        weight: (O,I,h,w).
        bias: (O,) or None.
        first: Row and column of the small image, relative to the pixel's own, that the first tap reads.
    """

    weight: Tensor
    bias: Tensor | None
    first: tuple[int, int]


Phases = dict[tuple[int, int], Phase]


def of_transposed(weight: Tensor, bias: Tensor | None, stride: int, padding: tuple[int, int]) -> Phases:
    """Return the phases of a transposed convolution.

    Args:
        weight: (I,O,h,w), as ``nn.ConvTranspose2d`` has it.
        bias: (O,) or None.
        stride: How many times larger the result is, at most the side of the kernel.
        padding: Rows and columns that are cut off the start.
    """
    found = {}
    for i in range(stride):
        for j in range(stride):
            (rows, top), (columns, left) = (
                _transposed_taps(side, stride, phase + cut)
                for side, phase, cut in zip(weight.shape[-2:], (i, j), padding, strict=True)
            )
            kernel = weight[:, :, rows][:, :, :, columns].transpose(0, 1)
            found[i, j] = Phase(kernel.contiguous(), bias, (top, left))
    return found


def _transposed_taps(side: int, stride: int, at: int) -> tuple[list[int], int]:
    """Return the taps that add up at output position ``at``, in the order of their inputs, and the first input."""
    taps = range(at % stride, side, stride)
    return list(reversed(taps)), (at - taps[-1]) // stride


def of_nearest(weight: Tensor, bias: Tensor | None, scale: int) -> Phases:
    """Return the phases of a convolution (O,I,h,w), odd and padded by half, after nearest-neighbour enlargement."""
    found = {}
    for i in range(scale):
        for j in range(scale):
            rows, columns = (
                [(phase + tap - side // 2) // scale for tap in range(side)]
                for side, phase in zip(weight.shape[-2:], (i, j), strict=True)
            )
            kernel = _summed(_summed(weight, rows, 2), columns, 3)
            found[i, j] = Phase(kernel, bias, (rows[0], columns[0]))
    return found


def _summed(weight: Tensor, reads: list[int], axis: int) -> Tensor:
    """Add up the taps along ``axis`` that read the same pixel."""
    shape = list(weight.shape)
    shape[axis] = reads[-1] - reads[0] + 1
    index = torch.tensor(reads, device=weight.device) - reads[0]
    return weight.new_zeros(shape).index_add_(axis, index, weight)


def of_shuffled(weight: Tensor, bias: Tensor | None, scale: int, first: tuple[int, int]) -> Phases:
    """Return the phases of a convolution (s*s*O,I,h,w) before a pixel shuffle."""
    square = scale * scale
    return {
        divmod(phase, scale): Phase(
            weight[phase::square].contiguous(), None if bias is None else bias[phase::square].contiguous(), first
        )
        for phase in range(square)
    }
