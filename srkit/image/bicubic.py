"""The weights of a one-dimensional bicubic resize, as MATLAB's imresize computes them."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Edge = Literal["clamp", "symmetric"]


class LineResize(NamedTuple):
    """A resize of one axis: the values on which its weights depend.

    Args:
        length: Input samples.
        out: Output samples.
        scale: Output over input spacing; ``out / length`` unless the output was rounded up.
        edge: What lies beyond the edge; ``open`` leaves inputs there their positions, below 0 or from ``length``
            on, for a caller that has them.
        antialias: Stretch the kernel by ``1 / scale`` when shrinking.
    """

    length: int
    out: int
    scale: float
    edge: Edge | Literal["open"]
    antialias: bool


def cubic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the kernel of Keys (1981) with a = -0.5, whose support is [-2, 2]."""
    x = np.abs(x)
    x2, x3 = x**2, x**3
    near = (1.5 * x3 - 2.5 * x2 + 1) * (x <= 1)
    far = (-0.5 * x3 + 2.5 * x2 - 4 * x + 2) * ((x > 1) & (x <= 2))
    return near + far


@lru_cache(maxsize=256)
def contributions(line: LineResize) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return (out,P) weights and (out,P) input positions: an output is the weighted sum of these inputs.

    The name is that of the function in MATLAB's imresize.m. Columns keep its order,
    because a sum in float64 depends on it.
    """
    stretch = line.scale if line.antialias and line.scale < 1 else 1.0
    support = 4.0 / stretch
    centre = np.arange(1, line.out + 1) / line.scale + 0.5 * (1 - 1 / line.scale)
    left = np.floor(centre - support / 2)
    positions = left[:, None] + np.arange(math.ceil(support) + 2)
    weights = stretch * cubic(stretch * (centre[:, None] - positions))
    weights /= weights.sum(1, keepdims=True)
    taps = positions.astype(np.int64) - 1  # MATLAB counts from 1
    if line.edge == "clamp":
        taps = taps.clip(0, line.length - 1)
    elif line.edge == "symmetric":
        mirror = np.concatenate([np.arange(line.length), np.arange(line.length)[::-1]])
        taps = mirror[taps % (2 * line.length)]
    used = (weights != 0).any(0)
    return weights[:, used], taps[:, used]


class WeightBlock(NamedTuple):
    """Consecutive outputs, and the range [start, stop) of inputs that they depend on."""

    start: int
    stop: int
    weights: NDArray[np.float64]
    """(outputs, stop - start)."""


def blocks(line: LineResize, side: int) -> list[WeightBlock]:
    """Cut the matrix (out,length) of a resize into blocks along its diagonal, of about ``side`` outputs or inputs.

    The matrix is zero outside of the blocks. One block is the whole matrix.
    """
    step = max(1, round(side * min(1.0, line.out / line.length)))
    return [block(line, first, first + step) for first in range(0, line.out, step)]


def block(line: LineResize, first: int, last: int) -> WeightBlock:
    """Return the block of the outputs [first, last)."""
    weights, taps = contributions(line)
    weights, taps = weights[first:last], taps[first:last]
    start, stop = int(taps.min()), int(taps.max()) + 1
    part = np.zeros((len(taps), stop - start))
    # add.at, since taps beyond the edge fall on inputs that have a tap already
    np.add.at(part, (np.arange(len(taps))[:, None], taps - start), weights)
    return WeightBlock(start, stop, part)
