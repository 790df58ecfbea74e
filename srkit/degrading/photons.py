"""Numbers of photons, drawn from Poisson's distribution."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from srkit.draws import Draws

Float = NDArray[np.float32]

FEW = 12.0
"""Mean up to which the exact distribution is searched; above it the expansion is off by less than 0.2 %."""

MOST = 100
"""Most photons that are searched for: a mean of ``FEW`` never gives as many."""

BLOCK = 1 << 15
"""Means that are computed at a time, so that their intermediate arrays stay in the processor's cache."""


def counted(means: Tensor, draws: Draws) -> Tensor:
    """Draw a number of Poisson's distribution for every mean.

    Small means invert the distribution function; large ones take the expansion of Cornish and Fisher (1938), a
    normal number with the skewness of Poisson's distribution, rounded.

    Args:
        means: The means, of any shape, none negative.
        draws: The random numbers of one image.

    Returns:
        Whole numbers as float32, of the shape of ``means``, on the CPU.
    """
    mean = means.float().cpu().contiguous().numpy().reshape(-1)
    normals = draws.normal(mean.size).numpy()[0]
    counts = np.empty_like(mean)
    for start in range(0, mean.size, BLOCK):
        some = slice(start, start + BLOCK)
        _expanded(mean[some], normals[some], counts[some])
    (few,) = np.nonzero(mean <= FEW)
    counts[few] = _searched(mean[few].astype(np.float64), draws.uniform(few.size).numpy()[0])
    return torch.from_numpy(counts).view(means.shape)


def _expanded(mean: Float, normal: Float, counts: Float) -> None:
    """Write floor(mean + sqrt(mean) * normal + (normal * normal - 1) / 6 + 0.5) to ``counts``; spoil ``normal``."""
    np.sqrt(mean, out=counts)
    counts *= normal
    normal *= normal
    normal *= 1 / 6
    counts += normal
    counts += mean
    counts += 0.5 - 1 / 6
    np.maximum(counts, 0, out=counts)
    np.floor(counts, out=counts)


def _searched(mean: NDArray[np.float64], uniform: NDArray[np.float64]) -> NDArray[np.float64]:
    """Invert the distribution function: return for every mean the least number where it exceeds ``uniform``."""
    counts, found = np.zeros(mean.size), np.zeros(mean.size)
    place, chance, number = np.arange(mean.size), np.exp(-mean), 0
    left = uniform - chance
    while number < MOST and (further := left >= 0).any():
        if 2 * np.count_nonzero(further) < further.size:
            counts[place] = found
            place, chance, left = place[further], chance[further], left[further]
            mean, found, further = mean[further], found[further], further[further]
        number += 1
        found += further
        chance *= mean
        chance /= number
        left -= chance
    counts[place] = found
    return counts
