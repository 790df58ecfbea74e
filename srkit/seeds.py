"""Random numbers that depend on their purpose alone, not on the machine or on versions of libraries."""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

GAMMA = np.uint64(0x9E3779B97F4A7C15)
"""The constant that SplitMix64 adds to its state for each number."""


@lru_cache(maxsize=1024)
def seed_of(*words: int | str) -> int:
    """Return a number from 0 to 2**63 - 1 that depends on ``words`` alone, on every machine."""
    text = "/".join(f"{type(word).__name__}:{word}" for word in words)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little") >> 1


def mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return SplitMix64's output (Steele, Lea and Flood 2014; splitmix64.c of Vigna) for every state.

    It is a bijection of 64-bit numbers, so different states never give the same number.
    """
    z = state ^ (state >> np.uint64(30))
    z *= np.uint64(0xBF58476D1CE4E5B9)
    z ^= z >> np.uint64(27)
    z *= np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return z


def order_of(count: int, *words: int | str) -> NDArray[np.int64]:
    """Return 0 ... count-1 shuffled, in an order that depends on ``words`` alone.

    Numbers are sorted by SplitMix64 values of their places, no two of which are equal.
    NumPy's own ``permutation`` may change with its version.
    """
    return np.argsort(mixed(np.arange(1, count + 1, dtype=np.uint64) * GAMMA + np.uint64(seed_of(*words))))
