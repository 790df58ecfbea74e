"""The generator of KernelGAN: linear layers, which together are one kernel."""

from __future__ import annotations

from functools import reduce

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SIDES = (7, 5, 3, 1, 1, 1)
"""Sides of the layers' kernels; together they reach over ``SIDE`` pixels."""

SIDE = sum(SIDES) - len(SIDES) + 1
"""Side of the kernel that the layers are together: 13."""

STRIDE = 2

GAIN = 0.1
"""Gain of the initial weights: the kernel begins near 0."""

NOISE = 1 / 255
"""Standard deviation of the noise that hides from the discriminator which pixels are rounded."""


class Linear(nn.Module):
    """Convolutions without biases and activations between them: a kernel that shrinks an image by 2.

    A kernel alone could be trained as well, but not as reliably: gradient descent in many layers finds better
    kernels than in one (Bell-Kligler et al. 2019, section 3). The layers are never applied to an image. They are
    multiplied out to their kernel first, which has the same result and the same gradient, and needs a fiftieth
    of the time.

    Args:
        features: Channels between the layers.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        widths = [1, *(features,) * (len(SIDES) - 1), 1]
        self.weights = nn.ParameterList(
            nn.init.xavier_normal_(torch.empty(outside, inside, side, side), GAIN)
            for inside, outside, side in zip(widths[:-1], widths[1:], SIDES, strict=True)
        )

    def kernel(self) -> Tensor:
        """Return the kernel (13,13) with which correlating is what all layers do one after the other."""
        # from the last layer, whose single channel makes it cheap; a transposed convolution is the full one
        return reduce(F.conv_transpose2d, reversed(list(self.weights)))[0, 0]  # type: ignore[arg-type]

    def forward(self, image: Tensor) -> Tensor:
        """Return (N,C,h,w) of (N,C,H,W) in [0,1], shrunk by 2 and by the reach of the kernel, with noise.

        The kernel works on [-1,1], so a sum other than 1 leaves middle gray as it is. ``current`` is then the
        kernel (13,13) that was used, with its gradient.
        """
        self.current = self.kernel()
        small = shrunk(2 * image - 1, self.current)
        return (small + 1) / 2 + NOISE / 2 * torch.randn_like(small)


def shrunk_side(crop: int) -> int:
    """Return the side of a crop, in pixels, that is left where the kernel fits into a crop of an even side."""
    return (crop - SIDE) // STRIDE + 1


def shrunk(image: Tensor, kernel: Tensor) -> Tensor:
    """Return (N,C,H,W) correlated with a kernel (k,k), every second pixel, where the kernel fits into the image."""
    planes = F.conv2d(image.flatten(0, 1)[:, None], kernel[None, None], stride=STRIDE)
    return planes.view(*image.shape[:2], *planes.shape[-2:])
