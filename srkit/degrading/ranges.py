"""Ranges and shares among options: checking them, and drawing from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from srkit.draws import Draws

Numbers = TypeVar("Numbers", Tensor, NDArray[np.float64])
Number = TypeVar("Number", int, float)

LARGEST_SIDE = 999
"""Largest side of a kernel in pixels. Every image has a kernel of its own in memory, of 8 MB at this side."""


def stretched(drawn: Numbers, span: tuple[float, float]) -> Numbers:
    """Map numbers ``drawn`` from [0, 1] to [low, high]."""
    low, high = span
    return low + (high - low) * drawn


def span_of(name: str, given: Sequence[Number]) -> tuple[Number, Number]:
    """Return the range ``given`` as (low, high).

    Raises:
        ValueError: The range is not two finite numbers in order.
    """
    if len(given) != 2 or not all(map(math.isfinite, given)) or given[0] > given[1]:
        raise ValueError(f"{name} must be [low, high] with low <= high, got {list(given)}")
    return given[0], given[1]


def shares_of(given: Sequence[float], count: int, what: str) -> Tensor:
    """Return (count,) float64 shares that add up to 1.

    Args:
        given: One number for each of ``count`` things, relative to one another.
        count: How many things there are.
        what: The things in words, for messages.

    Raises:
        ValueError: There are more or fewer, one is negative, or all are 0.
    """
    usable = all(math.isfinite(share) and share >= 0 for share in given) and 0 < sum(given) < math.inf
    if len(given) != count or not usable:
        raise ValueError(
            f"shares must be one number for each of {count} {what}, none negative and not all 0, got {list(given)}"
        )
    shares = torch.tensor(list(given), dtype=torch.float64)
    return shares / shares.sum()


def chosen(shares: Tensor, draws: Draws) -> Tensor:
    """Draw (N,) int64 numbers, k with probability ``shares[k]``."""
    ends = shares.cumsum(0)
    return torch.searchsorted(ends / ends[-1], draws.uniform(), right=True)
