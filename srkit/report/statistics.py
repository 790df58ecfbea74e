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
        """Whether there are pairs enough for an interval, and it leaves zero out."""
        return self.count > 1 and (self.low > 0 or self.high < 0)


def paired(
    values: Sequence[float], baseline: Sequence[float], *, lower_is_better: bool = False, seed: int = 0
) -> Difference:
    """Compare ``values`` with ``baseline``, pair by pair; a difference is value minus baseline.

    The interval is the percentile bootstrap over pairs (Efron 1979), its random numbers fixed by
    ``seed``. With few pairs it is too narrow, as every interval of few values: below ten it says
    how much the pairs differ rather than what the next image will give.

    Equal pairs differ by zero, infinite ones too (identical images have an infinite PSNR). One
    infinite difference makes the mean infinite; of both signs, not a number.

    Raises:
        ValueError: The lengths differ or there are no pairs.
    """
    if len(values) != len(baseline) or len(values) == 0:
        raise ValueError(f"wants pairs, got {len(values)} values and {len(baseline)} of the baseline")
    differences = np.array([difference(a, b) for a, b in zip(values, baseline, strict=True)])
    chosen = np.random.default_rng(seed).integers(len(differences), size=(RESAMPLES, len(differences)))
    with np.errstate(invalid="ignore"):  # infinities of both signs
        mean = differences.mean()
        # between two infinities there is nothing to interpolate: a bound is one of the means
        low, high = np.percentile(differences[chosen].mean(1), [2.5, 97.5], method="inverted_cdf")
    wins = int((differences < 0).sum() if lower_is_better else (differences > 0).sum())
    return Difference(float(mean), float(low), float(high), wins, len(differences))


def difference(value: float, baseline: float) -> float:
    """Return ``value - baseline``; zero where they are equal, be it infinity."""
    return 0.0 if value == baseline else float(value) - float(baseline)
