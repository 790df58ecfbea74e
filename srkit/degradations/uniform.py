"""Drawing numbers from a range, and refusing ranges that are none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

Numbers = TypeVar("Numbers", Tensor, NDArray[np.float64])


def stretched(drawn: Numbers, span: tuple[float, float]) -> Numbers:
    """Return numbers ``drawn`` from [0, 1] as numbers from [low, high]."""
    low, high = span
    return low + (high - low) * drawn


def uniform(count: int, span: tuple[float, float], generator: Generator) -> Tensor:
    """Draw ``count`` float64 numbers from [low, high] on the CPU."""
    return stretched(torch.rand(count, generator=generator, dtype=torch.float64), span)


def span_of(name: str, given: Sequence[float], *, least: float = -math.inf) -> tuple[float, float]:
    """Return the range ``given`` as (low, high).

    Raises:
        ValueError: It is not two finite numbers in order, or goes below ``least``.
    """
    if len(given) != 2 or not all(map(math.isfinite, given)) or given[0] > given[1]:
        raise ValueError(f"{name} must be [low, high] with low <= high, got {list(given)}")
    if given[0] < least:
        raise ValueError(f"{name} must not go below {least:g}, got {list(given)}")
    return given[0], given[1]
