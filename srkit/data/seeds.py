"""Random numbers that depend on what they are for, and on nothing else."""

from __future__ import annotations

import hashlib

import numpy as np
import torch


def seed_of(*words: int | str) -> int:
    """Return a number from 0 to 2**63 - 1 that depends on ``words`` alone, on every machine."""
    text = "/".join(f"{type(word).__name__}:{word}" for word in words)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little") >> 1


def numpy_generator(*words: int | str) -> np.random.Generator:
    """Return numpy's generator for ``words``."""
    return np.random.Generator(np.random.Philox(seed_of(*words)))


def torch_generator(*words: int | str) -> torch.Generator:
    """Return torch's CPU generator for ``words``."""
    return torch.Generator().manual_seed(seed_of(*words))
