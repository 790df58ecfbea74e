"""Initial weights, under the names that papers use."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn


def he_(conv: nn.Conv2d | nn.ConvTranspose2d, factor: float = 1.0) -> None:
    """Draw weights from N(0, 2/(k*k*C)) with C the input channels of a group, times ``factor``; biases are zero.

    He et al. 2015, as LapSRN's released code uses it, for transposed convolutions too.
    """
    height, width = conv.kernel_size
    inputs = conv.in_channels // conv.groups
    nn.init.normal_(conv.weight, std=factor * math.sqrt(2 / (height * width * inputs)))
    if conv.bias is not None:
        nn.init.zeros_(conv.bias)


def icnr_(conv: nn.Conv2d, scale: int) -> None:
    """Make the ``scale**2`` sub-kernels of every output channel equal.

    A sub-pixel convolution then starts as nearest-neighbour enlargement of one He
    convolution, without a checkerboard (Aitken et al. 2017, section 3).
    """
    he_(conv)
    with torch.no_grad():
        one = conv.weight[:: scale**2]
        conv.weight.copy_(one.repeat_interleave(scale**2, dim=0))


def bilinear_(conv: nn.ConvTranspose2d) -> None:
    """Make a strided transposed convolution enlarge every channel by bilinear interpolation, with DC gain 1.

    Channels are not mixed; copying the kernel to all pairs of channels, as some
    ports do, multiplies the gain by the number of channels. If the kernel is not
    twice the stride, the taps of every output phase are scaled to sum to one.
    """
    (kernel, _), (stride, _) = conv.kernel_size, conv.stride
    line = bilinear_line(kernel, stride)
    with torch.no_grad():
        conv.weight.zero_()
        for channel in range(min(conv.in_channels, conv.out_channels)):
            conv.weight[channel, channel] = torch.outer(line, line)
        if conv.bias is not None:
            conv.bias.zero_()


def bilinear_line(kernel: int, stride: int) -> Tensor:
    """Return the ``kernel`` taps of 1-D linear interpolation; those of each output phase sum to one."""
    top = (kernel - stride) // 2  # samples of the full output that are cut off at the start
    position = (torch.arange(kernel, dtype=torch.float64) - top + 0.5) / stride - 0.5
    line = (1 - position.abs()).clamp(min=0)
    for phase in range(stride):
        taps = slice((phase + top) % stride, None, stride)
        line[taps] /= line[taps].sum()
    return line.float()
