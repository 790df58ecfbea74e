"""Paired differences that one can believe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 10_000


@dataclass(frozen=True)
class Difference:
    """The mean of paired differences, its 95 % bootstrap interval, and how many pairs were better."""

    mean: float
    low: float
    high: float
    wins: int
    count: int

    @property
    def certain(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


def paired(values: Sequence[float], baseline: Sequence[float], *, seed: int = 0) -> Difference:
    """Compare ``values`` with ``baseline``, pair by pair.

    The interval is the percentile bootstrap over pairs (Efron 1979), its random numbers fixed by
    ``seed``. Pairs in which both are infinite (identical images) count as equal; an interval
    wants two pairs.

    Raises:
        ValueError: The lengths differ or there are no pairs.
    """
    if len(values) != len(baseline) or len(values) == 0:
        raise ValueError(f"wants pairs, got {len(values)} values and {len(baseline)} of the baseline")
    pairs = np.array(values, dtype=float), np.array(baseline, dtype=float)
    both = np.isinf(pairs[0]) & np.isinf(pairs[1])
    differences = np.where(both, 0.0, np.subtract(*pairs, where=~both, out=np.zeros(len(values))))
    random = np.random.default_rng(seed)
    chosen = random.integers(len(differences), size=(RESAMPLES, len(differences)))
    low, high = np.percentile(differences[chosen].mean(1), [2.5, 97.5])
    wins = int((differences > 0).sum())
    return Difference(float(differences.mean()), float(low), float(high), wins, len(differences))
