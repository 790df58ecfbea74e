"""Pixel transposed convolution."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import srkit
from srkit.layers.factors import factors_of
from srkit.layers.init import he_
from srkit.network.needs import Enlargement, Needs, needs_in_series


@srkit.upsampler("pixel_tcl")
class PixelTCL(nn.Module):
    """Pixel transposed convolution: phases are computed one after another, from those before (Gao et al. 2017).

    A step doubles the size: a convolution gives phase (0,0), a convolution of that gives phase
    (1,1), and both together give the other two, by a convolution on the larger grid that has
    weights for every second tap only. Nothing has a bias. Larger powers of two take more
    steps with a ReLU between them; what follows the last step is the network's own affair
    (the authors' code has a ReLU there as well).

    Initial weights are those of He et al. for the taps that are used (the authors draw the last
    convolution with a deviation of 1). Phases are tied to each other, but three kernels are drawn
    for four phases: an untrained layer leaves a strong checkerboard.

    Args:
        kernel: Side of the kernels; odd, to keep the size.
    """

    @srkit.limited
    def __init__(
        self,
        channels: int,
        out_channels: int,
        scale: int,
        *,
        kernel: Annotated[int, srkit.Range(3, odd=True)] = 3,
    ) -> None:
        super().__init__()
        count = len(factors_of(scale))
        if scale != 2**count:
            raise ValueError(f"every step doubles the size, so scale must be a power of two, got {scale}")
        self.steps = nn.ModuleList(
            Doubling(channels, channels if number < count - 1 else out_channels, kernel) for number in range(count)
        )

    def forward(self, features: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,O,sH,sW)."""
        for number, step in enumerate(self.steps):
            features = step(F.relu(features) if number else features)
        return features

    @property
    def needs(self) -> Needs:
        """The needs of the layer: a halo of the input pixels on which an output pixel depends."""
        return needs_in_series(*(Enlargement(step, 2) for step in self.steps))


class Doubling(nn.Module):
    """One enlargement by two."""

    mask: Tensor

    def __init__(self, channels: int, out_channels: int, kernel: int) -> None:
        super().__init__()
        same = {"padding": kernel // 2, "bias": False}
        self.first = nn.Conv2d(channels, out_channels, kernel, **same)  # type: ignore[arg-type]
        self.second = nn.Conv2d(out_channels, out_channels, kernel, **same)  # type: ignore[arg-type]
        self.between = nn.Conv2d(out_channels, out_channels, kernel, **same)  # type: ignore[arg-type]
        for conv in (self.first, self.second, self.between):
            he_(conv)
        # taps at odd distances alone: between two phases that are known lie those that are not
        distance = torch.arange(kernel)
        self.register_buffer("mask", ((distance[:, None] + distance) % 2).float(), persistent=False)
        with torch.no_grad():  # He et al. for the taps that are used
            self.between.weight.mul_((kernel**2 / (kernel**2 // 2)) ** 0.5)

    def forward(self, features: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,O,2H,2W)."""
        first = self.first(features)
        second = self.second(first)
        empty = torch.zeros_like(first)
        known = F.pixel_shuffle(torch.stack([first, empty, empty, second], 2).flatten(1, 2), 2)
        between = F.conv2d(known, self.between.weight * self.mask, padding=self.between.padding)
        return known + between

    @property
    def needs(self) -> Needs:
        """Two convolutions for phase (1,1), and half of the kernel of the third, which works on the larger grid."""
        radius = self.first.kernel_size[0] // 2
        return Needs(halo=2 * radius + (radius + 1) // 2)
