"""M4: the gradient grid, which shows whether the loss itself pulls a grid into the image.

A max-pool hands its gradient to one pixel of every window, a strided convolution to
uneven numbers of taps: a loss on such features has checkered gradients (Odena et al.
2016) even where the upsampler is beyond reproach. This tells the two apart.
"""

from __future__ import annotations

import torch
from torch import Tensor

from srkit.checkerboard.spectrum import GridSpectrum, grid_spectrum
from srkit.parts.loss import LossFn


def gradient_grid(
    loss: LossFn, prediction: Tensor, target: Tensor, scale: int, *, size: int | None = None
) -> GridSpectrum:
    """Measure the spectrum of d loss / d prediction on the grid of ``scale``; its ``decibels`` are M4.

    The gradient of each image is brought to a root mean square of 1 first, so the loss's
    weight and reduction do not matter.

    Args:
        loss: (prediction, target) to a scalar, on the tensors' device.
        prediction: (N,C,H,W) in [0,1], for example what a network gave; not altered.
        target: The same.
        scale: s, the period that is looked for: the network's scale, or a power of 2
            for the pools of a VGG loss.
        size: Side of the crops, as for ``grid_spectrum``.

    Raises:
        ValueError: The loss does not depend on the prediction, its gradient is not
            finite, or ``size`` does not fit.
    """
    leaf = prediction.detach().requires_grad_()
    with torch.enable_grad():
        value = loss(leaf, target.detach())
    if not value.requires_grad:
        raise ValueError("loss: wants a scalar that depends on the prediction, found a constant")
    (gradient,) = torch.autograd.grad(value, leaf)
    gradient = gradient.cpu().double()
    strength = gradient.square().mean((1, 2, 3), keepdim=True).sqrt()
    return grid_spectrum(gradient / strength.where(strength > 0, 1), scale, size=size)
