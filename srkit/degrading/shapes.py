"""Shapes of random blur kernels: how weights fall with the distance from the centre, and how round they are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from srkit.degrading.kernels import Array, normalised, quadratic
from srkit.degrading.ranges import shares_of, stretched
from srkit.errors import did_you_mean

SHAPES = ("iso", "aniso", "generalised_iso", "generalised_aniso", "plateau_iso", "plateau_aniso")
"""The names of the shapes; those that end in ``iso`` but not in ``aniso`` are round."""

ROUND = np.array([not shape.endswith("aniso") for shape in SHAPES])
FALL = np.array([shape.partition("_")[0] for shape in SHAPES])
GENERALISED, PLATEAU = FALL == "generalised", FALL == "plateau"


def shape_shares(given: Mapping[str, float]) -> Array:
    """Return the upper ends (6,) of the intervals of [0,1] that belong to ``SHAPES``, in proportion to the shares.

    Raises:
        ValueError: A name is none of ``SHAPES``, a share is negative, or all are 0.
    """
    for name in given:
        if name not in SHAPES:
            raise ValueError(f"shapes: no shape called {name!r}{did_you_mean(name, SHAPES)}")
    shares = shares_of([given.get(name, 0.0) for name in SHAPES], len(SHAPES), "shapes")
    ends: Array = (shares.cumsum(0) / shares.sum()).numpy()
    return ends


def exponents(drawn: Array, span: tuple[float, float]) -> Array:
    """Return the exponents beta (N,) of numbers (N,2) from [0,1): half of them up to 1, half of them from 1 on.

    The first number chooses the half, the second the place in it, as in Real-ESRGAN's code. A range that begins at
    1 therefore gives exactly 1 half of the time.
    """
    low, high = span
    middle = min(max(1.0, low), high)
    up_to, above = stretched(drawn[:, 1], (low, middle)), stretched(drawn[:, 1], (middle, high))
    return np.where(drawn[:, 0] < 0.5, up_to, above)


def weights(shape: NDArray[np.int64], deviations: Array, theta: Array, beta: Array, side: int) -> Array:
    """Return kernels (N,side,side) with sum 1 around their middle.

    With q the squared distance from the middle in units of the standard deviations, weights fall as exp(-q/2) in
    a Gaussian, as exp(-q**beta/2) in a generalised Gaussian, and as 1/(1+q**beta) in a plateau.

    Args:
        shape: (N,), places in ``SHAPES``.
        deviations: (N,2), standard deviations along both axes, in pixels; equal for a round kernel.
        theta: (N,), the angle of the first axis, in radians.
        beta: (N,), the exponents; a Gaussian has none.
        side: Side of the kernels in pixels, odd.
    """
    q = quadratic(deviations**2, theta, side, (side - 1) / 2)
    curved, flat = GENERALISED[shape] | PLATEAU[shape], PLATEAU[shape]
    q[curved] = q[curved] ** beta[curved][:, None]
    kernels = np.exp(-0.5 * q)
    kernels[flat] = 1 / (1 + q[flat])
    return normalised(kernels.reshape(-1, side, side))
