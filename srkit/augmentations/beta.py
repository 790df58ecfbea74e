"""Numbers of the beta distribution, of the draws of a batch."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from srkit.draws import Draws

TRIES = 32
"""Tries that are drawn for each number; each is accepted with a probability above 0.95."""


def beta(draws: Draws, alpha: float) -> Tensor:
    """Return (N,) float64 numbers from [0,1] of Beta(alpha, alpha), with mean 1/2; ``alpha`` is above 0."""
    return torch.sigmoid(_log_gamma(draws, alpha) - _log_gamma(draws, alpha))


def _log_gamma(draws: Draws, shape: float) -> Tensor:
    """Return the logarithms of (N,) numbers of Gamma(shape), by the method of Marsaglia and Tsang (2000).

    Logarithms, because for a small shape the numbers themselves would be rounded to 0.
    """
    offset = (shape if shape >= 1 else shape + 1) - 1 / 3
    normal, uniform = draws.normal(TRIES).double(), draws.uniform(TRIES + 1)
    cube = (1 + normal / math.sqrt(9 * offset)) ** 3
    log_cube = cube.clamp_min(1e-300).log()
    bound = normal.square() / 2 + offset * (1 - cube + log_cube)
    accepted = (cube > 0) & (uniform[:, :TRIES].clamp_min(1e-300).log() < bound)
    first = accepted.int().argmax(1, keepdim=True)
    found = math.log(offset) + log_cube.gather(1, first)[:, 0]
    return found if shape >= 1 else found + uniform[:, TRIES].clamp_min(1e-300).log() / shape
