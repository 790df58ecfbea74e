"""Random anisotropic Gaussian kernels, a whole batch at a time.

In numpy: on arrays as small as these torch costs more than the sums, and the threads that it wakes then
spin beside the training step.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]

CLOSE = 1e-7
"""How near the centre of mass comes to where it is wanted, in pixels."""

TOGETHER = 32
"""Kernels that are transformed at a time; their spectra then stay in the processor's cache."""

STEPS = 30
"""Most Newton steps; three do for DIV2KRK's kernels."""


def gaussian(variances: Array, theta: Array, side: int, centre: float) -> Array:
    """Return N Gaussians (N,side,side) around (centre, centre), each with 1 as its largest value.

    Like KernelGAN's, which are drawn in the middle and shifted, they are cut off evenly around
    the centre: rows and columns without a partner on the other side are zero.

    Args:
        variances: (N,2), the eigenvalues of the covariance, in pixels squared.
        theta: (N,), the angle of the first axis, in radians.
        side: Side of the kernels.
        centre: Where the Gaussians are, in pixels from the first.
    """
    cosine, sine = np.cos(theta), np.sin(theta)
    first, second = (1 / variances).T
    # the inverse covariance: rotate, scale, rotate back
    xx = first * cosine**2 + second * sine**2
    yy = first * sine**2 + second * cosine**2
    xy = (first - second) * cosine * sine
    line = np.arange(side) - centre
    x, y = np.tile(line, side), line.repeat(side)
    quadratic = np.stack([xx, yy, xy], 1) @ np.stack([x * x, y * y, 2 * x * y])
    # a narrow Gaussian between two pixels would underflow to nothing at all
    values = np.exp(-0.5 * (quadratic - quadratic.min(1, keepdims=True)))
    inside = np.abs(line) <= min(centre, side - 1 - centre) + 0.25
    kernels: Array = (values * np.outer(inside, inside).ravel()).reshape(-1, side, side)
    return kernels


def centred(kernels: Array, centre: float) -> Array:
    """Move the centre of mass of each kernel (N,k,k) to (centre, centre).

    KernelGAN (Bell-Kligler et al. 2019) shifts kernels by spline interpolation, which makes some values
    negative. Here each is multiplied by exp(b . z), z being the distance from ``centre``: that is how a
    Gaussian moves, by its covariance times b, and nothing is interpolated, cut off or negative.
    The right b is where a convex function is least (the logarithm of the sum): damped Newton steps find it.

    Args:
        kernels: Not negative, of any sum.
        centre: Where the centre of mass is wanted, in pixels from the first, both ways.
    """
    line = np.arange(kernels.shape[-1]) - centre
    powers = np.stack([np.ones_like(line), line, line**2], 1)
    tilt = np.zeros((len(kernels), 2))
    for _ in range(STEPS):
        exponents = tilt[:, :, None] * line
        across, down = np.exp(exponents - exponents.max(2, keepdims=True)).transpose(1, 0, 2)
        # moments[n,i,j] is the sum of kernel * y**i * x**j
        moments = (down[:, :, None] * powers).transpose(0, 2, 1) @ kernels @ (across[:, :, None] * powers)
        moments /= moments[:, :1, :1]
        x, y = moments[:, 0, 1], moments[:, 1, 0]
        if max(np.abs(x).max(), np.abs(y).max()) < CLOSE:
            break
        # all mass in one pixel has no variance; the small addend keeps the division defined
        xx = moments[:, 0, 2] - x * x + 1e-12
        yy = moments[:, 2, 0] - y * y + 1e-12
        xy = moments[:, 1, 1] - x * y
        step = np.stack([yy * x - xy * y, xx * y - xy * x], 1) / (xx * yy - xy * xy)[:, None]
        tilt -= step.clip(-1, 1)
    moved: Array = kernels * across[:, None, :] * down[:, :, None]
    return moved


def normalised(kernels: Array) -> Array:
    """Return kernels (N,k,k) divided by their sums."""
    result: Array = kernels / kernels.sum((1, 2), keepdims=True)
    return result


def compose(kernels: Array, times: int) -> Array:
    """Return the kernels of x2 degradations applied ``times`` times in a row.

    Blurring, keeping every second pixel, and doing it again, is one blur with
    k4 = sum over (r,c) of k2[r,c] * (k2 shifted by (2r,2c)); 11x11 becomes 31x31, then 71x71.
    """
    if times == 1:
        return kernels
    return np.concatenate(
        [_composed(kernels[start : start + TOGETHER], times) for start in range(0, len(kernels), TOGETHER)]
    )


def _composed(kernels: Array, times: int) -> Array:
    side = kernels.shape[-1]
    grown = (side - 1) * (2**times - 1) + 1
    room = -(-grown // 8) * 8  # 31 is prime, and slow to transform
    product: NDArray[np.complex128] | None = None
    for step in range(times):
        reach = (side - 1) * 2**step + 1
        spread = np.zeros((len(kernels), room, room))
        spread[:, : reach : 2**step, : reach : 2**step] = kernels
        spectrum = np.fft.rfft2(spread)
        product = spectrum if product is None else product * spectrum
    assert product is not None
    return np.fft.irfft2(product, (room, room))[:, :grown, :grown].clip(min=0)  # rounding may leave -1e-19
