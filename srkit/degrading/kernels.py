"""Random anisotropic Gaussian kernels, a whole batch at a time; none depends on the others of its batch.

They are computed in numpy: on arrays as small as these torch's overhead exceeds the work, and its threads would
keep cores busy that the training step needs.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import torch
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]

CLOSE = 1e-6
"""Largest distance of the centre of mass from its target, in pixels; in most cases it is 1e-9."""

TOGETHER = 16
"""Kernels that are composed at a time, so that their intermediate arrays stay in the processor's cache."""

STEPS = 30
"""Most Newton steps; DIV2KRK's kernels need two."""

WIDEST = 20
"""Side of a kernel from which Newton steps are shortened, so that exp(STEPS * WIDEST) stays finite."""


@lru_cache(maxsize=16)
def monomials(side: int, centre: float) -> Array:
    """Return 1, x, y, x*x, y*y and x*y (6,side*side) of every pixel, seen from (centre, centre)."""
    y, x = np.indices((side, side)).reshape(2, -1) - centre
    return np.stack([np.ones_like(x), x, y, x * x, y * y, x * y])


@lru_cache(maxsize=16)
def inside(side: int, centre: float) -> Array:
    """Return 1 for the pixels (side,side) that have a partner on the other side of (centre, centre), else 0."""
    line = np.abs(np.arange(side) - centre) <= min(centre, side - 1 - centre) + 0.25
    return np.outer(line, line).astype(np.float64)


def quadratic(variances: Array, theta: Array, side: int, centre: float) -> Array:
    """Return z' C^-1 z (N,side*side) of every pixel at z from (centre, centre), for N covariances C.

    Args:
        variances: (N,2), the eigenvalues of the covariances, in pixels squared.
        theta: (N,), the angle of the first axis, in radians.
        side: Pixels of a row and of a column.
        centre: Position of the centre on both axes, in pixels from the first.
    """
    first, second = (0.5 / variances).T
    even, odd, twice = first + second, first - second, 2 * theta
    turned = odd * np.cos(twice)
    # the inverse covariance, turned by theta
    inverse = np.array([even + turned, even - turned, 2 * odd * np.sin(twice)])
    # not a product of matrices: its last bits would depend on how many kernels there are
    xx, yy, xy = monomials(side, centre)[3:]
    result: Array = inverse[0][:, None] * xx + inverse[1][:, None] * yy + inverse[2][:, None] * xy
    return result


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
    exponents = -0.5 * quadratic(variances, theta, side, centre)
    # a narrow Gaussian between two pixels would underflow to zero everywhere
    exponents -= exponents.max(1, keepdims=True)
    kernels: Array = np.exp(exponents).reshape(-1, side, side) * inside(side, centre)
    return kernels


def centred(kernels: Array, centre: float) -> Array:
    """Move the centre of mass of each kernel (N,k,k) to (centre, centre).

    KernelGAN (Bell-Kligler et al. 2019) shifts kernels by spline interpolation, which makes some values
    negative. Here each is multiplied by exp(b . z), z being the distance from ``centre``: that is how a
    Gaussian moves, by its covariance times b, and nothing is interpolated, cut off or negative.
    The right b minimises a convex function (the logarithm of the sum): damped Newton steps find it.

    Args:
        kernels: Not negative, of any sum.
        centre: Target of the centre of mass on both axes, in pixels from the first.
    """
    side = kernels.shape[-1]
    powers = monomials(side, centre)
    moved = flat = kernels.reshape(len(kernels), -1)
    tilt, most = np.zeros((2, len(kernels))), min(1.0, WIDEST / side)
    there = np.zeros(len(kernels), bool)
    for _ in range(STEPS):
        # a product for each kernel: one for all would have other last bits for another number of kernels
        moments = (moved[:, None] @ powers.T)[:, 0].T
        _, x, y, xx, yy, xy = moments / moments[0]
        # all mass in one pixel has no variance; the small addend keeps the division defined
        xx = xx - x * x + 1e-12
        yy = yy - y * y + 1e-12
        xy = xy - x * y
        step = np.array([yy * x - xy * y, xx * y - xy * x]) / (xx * yy - xy * xy)
        tilt -= np.where(there, 0, step.clip(-most, most))
        moved = flat * np.exp(tilt[0][:, None] * powers[1] + tilt[1][:, None] * powers[2])
        # the step leaves half a third moment * step**2, and third moments are below side * variance
        there |= 0.5 * side * (step[0] * x + step[1] * y) < CLOSE
        if there.all():  # a kernel that has converged is not changed while others move on
            break
    return moved.reshape(kernels.shape)


def normalised(kernels: Array) -> Array:
    """Return kernels (N,k,k) divided by their sums."""
    result: Array = kernels / kernels.reshape(len(kernels), -1).sum(1)[:, None, None]
    return result


def compose(kernels: Array, times: int) -> Array:
    """Return the kernels of x2 degradations applied ``times`` times in a row.

    Blurring, keeping every second pixel, and doing it again, is one blur with
    k4 = sum over (r,c) of k2[r,c] * (k2 shifted by (2r,2c)); 11x11 becomes 31x31, then 71x71.
    """
    composed = kernels
    for step in range(1, times):
        composed = followed(composed, kernels, 2**step)
    return composed


def followed(first: Array, second: Array, stride: int) -> Array:
    """Return the kernels (N,o,o) of a blur by ``first``, then by ``second`` on every stride-th pixel.

    It is the sum over (r,c) of second[r,c] * (first shifted by stride * (r,c)), o = a + stride * (b - 1). For the
    rows stride * i + p that is the sum over (j,c) of second[i-j,c] * first[stride*j+p,x-stride*c]: a product of
    matrices for every p, faster than transforms, and never negative.

    Args:
        first: (N,a,a).
        second: (N,b,b).
        stride: How many pixels of ``first`` are one of ``second``.
    """
    (count, a, _), b = first.shape, second.shape[-1]
    blocks, beside, together = -(-a // stride), stride * (b - 1), min(count, TOGETHER)
    rows, columns = blocks + b - 1, a + beside
    upper = np.zeros((together, rows + blocks - 1, b))
    n, y, x = upper.strides
    left = as_strided(upper, (together, 1, rows, blocks * b), (n, 0, y, x))
    wide = np.zeros((together, blocks * stride, beside + columns))
    n, y, x = wide.strides
    # j runs backwards, so that in ``upper`` (j,c) lies in one piece
    right = as_strided(
        wide[:, -stride:, beside:], (together, stride, blocks, b, columns), (n, y, -stride * y, -stride * x, x)
    )
    result = np.empty((count, rows, stride, columns))
    for start in range(0, count, together):
        some = slice(start, start + together)
        here = slice(len(first[some]))
        upper[here, blocks - 1 : rows] = second[some]
        wide[here, :a, beside : beside + a] = first[some]
        np.matmul(
            np.ascontiguousarray(left[here]),
            right[here].reshape(-1, stride, blocks * b, columns),
            out=result[some].transpose(0, 2, 1, 3),
        )
    return result.reshape(count, -1, columns)[:, :columns]


def cut(kernels: Array, sides: NDArray[np.int64]) -> Array:
    """Return kernels (N,k,k) with zeros outside their middle, ``sides[n]`` pixels wide; k and sides are odd."""
    away = np.abs(np.arange(kernels.shape[-1]) - kernels.shape[-1] // 2)
    line = away <= sides[:, None] // 2
    result: Array = kernels * (line[:, :, None] & line[:, None, :])
    return result


def ringing(cutoff: Array, side: int) -> Array:
    """Return ideal low passes (N,side,side), cut off at the edge: c * J1(c * r) / (2 pi r), c in radians per pixel.

    J1 is Bessel's function of the first kind; at r = 0 the limit is c * c / (4 pi).
    """
    middle = side // 2
    x, y = np.indices((side, side)) - middle
    radius = np.hypot(x, y)
    radii, place = np.unique(radius[radius > 0], return_inverse=True)
    bessel = torch.special.bessel_j1(torch.from_numpy(cutoff[:, None] * radii)).numpy()
    kernels = np.empty((len(cutoff), side, side))
    kernels[:, radius > 0] = (cutoff[:, None] * bessel / (math.tau * radii))[:, place]
    kernels[:, middle, middle] = cutoff**2 / (4 * math.pi)
    return kernels
