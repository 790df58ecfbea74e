"""Random anisotropic Gaussian kernels, a whole batch at a time."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

SETTLE = 5
"""Moves of the centre. Each leaves a small share of the error; after five it is under 1e-4 pixels."""


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
    count, turn = len(theta), theta.numpy()  # numpy: on arrays as small as these torch costs more than the sums
    cosine, sine = np.cos(turn), np.sin(turn)
    first, second = (1 / variances.numpy()).T
    # the inverse covariance: rotate, scale, rotate back
    xx = first * cosine**2 + second * sine**2
    yy = first * sine**2 + second * cosine**2
    xy = (first - second) * cosine * sine
    inverse = np.stack([xx, xy, xy, yy], 1).reshape(count, 2, 2)
    line = np.arange(side) - centre
    inside = np.abs(line) <= min(centre, side - 1 - centre) + 0.25
    x, y = np.tile(line, side), line.repeat(side)
    still = np.exp(-0.5 * (np.stack([xx, xy, yy], 1) @ np.stack([x * x, 2 * x * y, y * y])))
    still *= noise.numpy().reshape(count, -1) * np.outer(inside, inside).ravel()
    # a Gaussian around a is exp(z' P a) times the one around 0, up to a factor that the sum takes out
    places, kernels = np.stack([x, y, np.ones_like(x)], 1), still
    at = np.zeros((count, 2, 1))
    for _ in range(SETTLE if settle else 0):
        found = kernels @ places
        at -= (found[:, :2] / found[:, 2:])[..., None]
        kernels = still * np.exp((inverse @ at)[..., 0] @ places[:, :2].T)
    return torch.from_numpy((kernels / kernels.sum(1, keepdims=True)).reshape(count, side, side))


def centre_of_mass(kernels: Tensor) -> Tensor:
    """Return (N,2), the mean x and y of (N,k,k) kernels with sum 1."""
    grid = torch.arange(kernels.shape[-1], dtype=kernels.dtype, device=kernels.device)
    return torch.stack([kernels.sum(1) @ grid, kernels.sum(2) @ grid], 1)


def compose(kernels: Tensor, times: int) -> Tensor:
    """Return the kernels of x2 degradations applied ``times`` times in a row.

    Blurring, keeping every second pixel, and doing it again, is one blur with
    k4 = sum over (r,c) of k2[r,c] * (k2 shifted by (2r,2c)); 11x11 becomes 31x31, then 71x71.
    """
    side = kernels.shape[-1]
    grown = (side - 1) * (2**times - 1) + 1
    room = -(-grown // 8) * 8  # 31 is prime, and slow to transform
    product: NDArray[np.complex128] | None = None
    for step in range(times):
        reach = (side - 1) * 2**step + 1
        spread = np.zeros((len(kernels), room, room))
        spread[:, : reach : 2**step, : reach : 2**step] = kernels.numpy()
        spectrum = np.fft.rfft2(spread)  # torch's own wakes threads that then spin beside the training step
        product = spectrum if product is None else product * spectrum
    assert product is not None
    result = np.fft.irfft2(product, (room, room))[:, :grown, :grown].clip(min=0)  # rounding may leave -1e-19
    return torch.from_numpy(result / result.sum((1, 2), keepdims=True))
