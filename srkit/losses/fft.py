"""The difference between the Fourier transforms of two images."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor, nn

import srkit


@srkit.loss("fft")
class FFT(nn.Module):
    """The mean absolute difference of real and imaginary parts of the 2D Fourier transform of each channel.

    The transform is not normalised: each frequency is a sum over all pixels, so the loss grows with the side of the
    crop. SAFMN (Sun et al. 2023) and others add it to L1 with a weight of 0.05.

    With ``focal`` it is the focal frequency loss (Jiang et al. 2021, equation 9): the transform is orthonormal (so
    the loss does not grow), differences are squared, and each frequency is weighted by its own difference to the
    power of ``focal``, divided by the largest of the image and channel. Weights have no gradient.

    Args:
        focal: Exponent of the weights of the focal frequency loss; 1 in its paper. Null computes the absolute
            differences.
    """

    @srkit.limited
    def __init__(self, *, focal: Annotated[float, srkit.Range(above=0)] | None = None) -> None:
        super().__init__()
        self.focal = focal

    def forward(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return a scalar of two (N,C,H,W)."""
        difference = prediction.float() - target.float()  # the transform is linear
        if self.focal is None:
            return torch.view_as_real(torch.fft.fft2(difference)).abs().mean()
        parts = torch.view_as_real(torch.fft.fft2(difference, norm="ortho"))
        square = parts.square().sum(-1)
        weight = square.detach() ** (self.focal / 2)
        largest = weight.amax((-2, -1), keepdim=True)
        return (weight / largest.where(largest > 0, 1) * square).mean()
