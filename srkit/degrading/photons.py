"""Numbers of photons, drawn from Poisson's distribution."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from srkit.draws import Draws

FEW = 12.0
"""Mean up to which the exact distribution is searched; above it the expansion is off by less than 0.2 %."""

MOST = 100
"""Most photons that are searched for: a mean of ``FEW`` never gives as many."""


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
    mean = means.float().cpu().numpy().reshape(-1)
    normal = draws.normal(mean.size).numpy()[0]
    # floor(mean + sqrt(mean) * normal + (normal * normal - 1) / 6 + 0.5), in place: arrays are larger than caches
    counts = np.sqrt(mean)
    counts *= normal
    normal *= normal
    normal *= 1 / 6
    counts += normal
    counts += mean
    counts += 0.5 - 1 / 6
    np.maximum(counts, 0, out=counts)
    np.floor(counts, out=counts)
    (few,) = np.nonzero(mean <= FEW)
    counts[few] = _searched(mean[few].astype(np.float64), draws.uniform(few.size).numpy()[0])
    return torch.from_numpy(counts).view(means.shape)


def _searched(mean: NDArray[np.float64], uniform: NDArray[np.float64]) -> NDArray[np.float64]:
    """Invert the distribution function: return for every mean the least number where it exceeds ``uniform``."""
    counts, place, number = np.zeros(mean.size), np.arange(mean.size), 0
    chance = np.exp(-mean)
    left = uniform - chance
    while number < MOST and (further := left >= 0).any():
        number += 1
        place, chance, left, mean = place[further], chance[further], left[further], mean[further]
        counts[place] = number
        chance = chance * mean / number
        left = left - chance
    return counts
