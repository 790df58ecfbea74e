"""Random anisotropic Gaussian kernels, a whole batch at a time."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

SETTLE = 6
"""Moves of the centre. Each leaves a small share of the error; after six it is under 1e-4 pixels."""


def gaussian(
    variances: Tensor, theta: Tensor, noise: Tensor, side: int, centre: float, *, settle: bool = True
) -> Tensor:
    """Return N kernels whose centre of mass is at (centre, centre), each with sum 1.

    KernelGAN (Bell-Kligler et al. 2019) draws a Gaussian at the middle, multiplies it by
    noise, and shifts the result by spline interpolation. Here the Gaussian itself is moved
    until the centre of mass of the noisy kernel is where it is wanted: nothing is
    interpolated, and nothing becomes negative. Like theirs it is cut off evenly around the
    centre: rows and columns without a partner on the other side are zero.

    Args:
        variances: (N,2), the eigenvalues of the covariance, in pixels squared.
        theta: (N,), the angle of the first axis, in radians.
        noise: (N,side,side), what every value is multiplied by.
        side: Side of the kernels.
        centre: Where the centre of mass is wanted, in pixels from the first.
        settle: Whether to move; otherwise the Gaussian is put at ``centre`` and noise may pull it off.
    """
    cosine, sine = theta.cos(), theta.sin()
    first, second = (1 / variances).unbind(1)
    # the inverse covariance: rotate, scale, rotate back
    xx = first * cosine**2 + second * sine**2
    yy = first * sine**2 + second * cosine**2
    xy = (first - second) * cosine * sine
    grid = torch.arange(side, dtype=variances.dtype)
    at = torch.full((len(theta), 2), centre, dtype=variances.dtype)
    inside = ((grid - centre).abs() <= min(centre, side - 1 - centre) + 0.25).to(noise.dtype)
    noise = noise * torch.outer(inside, inside)
    for _ in range(SETTLE if settle else 1):
        x = grid - at[:, :1]
        y = grid - at[:, 1:]
        quadratic = (
            (xx[:, None] * x**2)[:, None, :]
            + (yy[:, None] * y**2)[:, :, None]
            + 2 * xy[:, None, None] * x[:, None, :] * y[:, :, None]
        )
        kernels = torch.exp(-0.5 * quadratic) * noise
        kernels = kernels / kernels.sum((1, 2), keepdim=True)
        at = at + centre - centre_of_mass(kernels)
    return kernels


def centre_of_mass(kernels: Tensor) -> Tensor:
    """Return (N,2), the mean x and y of (N,k,k) kernels with sum 1."""
    grid = torch.arange(kernels.shape[-1], dtype=kernels.dtype, device=kernels.device)
    return torch.stack([kernels.sum(1) @ grid, kernels.sum(2) @ grid], 1)


def compose(kernels: Tensor, times: int) -> Tensor:
    """Return the kernels of x2 degradations applied ``times`` times in a row.

    Blurring, keeping every second pixel, and doing it again, is one blur with
    k4 = sum over (r,c) of k2[r,c] * (k2 shifted by (2r,2c)); 11x11 becomes 31x31, then 71x71.
    """
    result = kernels
    for step in range(1, times):
        stride = 2**step
        side = kernels.shape[-1]
        spread = kernels.new_zeros(len(kernels), (side - 1) * stride + 1, (side - 1) * stride + 1)
        spread[:, ::stride, ::stride] = kernels
        reach = result.shape[-1] - 1
        padded = F.pad(spread, (reach, reach, reach, reach))
        result = F.conv2d(padded[None], result.flip(1, 2)[:, None], groups=len(kernels))[0]
    return result
