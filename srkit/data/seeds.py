"""Random numbers that depend on what they are for, and on nothing else: no machine, no version of a library."""

from __future__ import annotations

import hashlib

import numpy as np
import torch
from numpy.typing import NDArray


def seed_of(*words: int | str) -> int:
    """Return a number from 0 to 2**63 - 1 that depends on ``words`` alone, on every machine."""
    text = "/".join(f"{type(word).__name__}:{word}" for word in words)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little") >> 1


def order_of(count: int, *words: int | str) -> NDArray[np.int64]:
    """Return 0 ... count-1 shuffled, in an order that depends on ``words`` alone.

    Each number is ranked by what SplitMix64 (Steele, Lea and Flood 2014; splitmix64.c of Vigna) gives at its
    place after the seed: a bijection, so no two rank the same. NumPy's own ``permutation`` may change with
    its version.
    """
    z = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed_of(*words))
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.argsort(z ^ (z >> np.uint64(31)))


def torch_generator(*words: int | str) -> torch.Generator:
    """Return torch's CPU generator for ``words``."""
    return torch.Generator().manual_seed(seed_of(*words))
