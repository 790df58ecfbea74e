"""Paired differences and their bootstrap intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 10_000

STUDENT = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 8: 2.306, 10: 2.228, 15: 2.131, 30: 2.042}
"""97.5 % quantiles of Student's t by degrees of freedom (dof); ``student`` interpolates linearly in 1/dof."""

NORMAL = 1.960
"""The 97.5 % quantile of the normal distribution, the limit of Student's t."""


@dataclass(frozen=True)
class Difference:
    """The mean of paired differences, its 95 % bootstrap interval, and how many pairs were better.

    ``low`` and ``high`` are not numbers where there is no interval.
    """

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
    ``seed``. Of few pairs a bootstrap is too narrow: it is stretched by Student's t, and by n / (n - 1) for
    the variance, as ``crossed`` does.

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
    if (count := len(differences)) > 1 and np.isfinite(differences).all():
        stretch = student(count - 1) / NORMAL * math.sqrt(count / (count - 1))
        low, high = mean + stretch * (low - mean), mean + stretch * (high - mean)
    wins = int((differences < 0).sum() if lower_is_better else (differences > 0).sum())
    return Difference(float(mean), float(low), float(high), wins, len(differences))


def crossed(
    values: NDArray[np.float64], baseline: NDArray[np.float64], *, lower_is_better: bool = False, seed: int = 0
) -> Difference:
    """Compare two arrays (images, seeds): every image was scored with every seed.

    Differences of one image resemble each other, and so do those of one seed. Resampling single pairs
    would treat all of them as independent, and a 95 % interval would hold the truth in two thirds of
    cases or fewer. So whole images and whole seeds are resampled, each by themselves (the two-way or
    pigeonhole bootstrap; McCullagh 2000, Owen 2007).

    A bootstrap of three seeds sees no variation but theirs, so its interval is still too narrow. Its distances
    from the mean are therefore stretched: the standard errors over images and over seeds are each multiplied
    by their own Student's t, and the root of the sum of their squares (Howe 1974) is the half width. For
    normal differences such an interval holds the truth in 94 to 99 % of cases, whatever the share of
    images, seeds and chance; with two seeds it is wide.

    With one seed there is no interval, since nothing tells how another seed would differ. With one image the
    interval is that of the seeds alone. Infinities are treated as in ``paired``, and intervals with them are
    not stretched.

    Raises:
        ValueError: The shapes differ or there are no pairs.
    """
    if values.shape != baseline.shape or values.ndim != 2 or values.size == 0:
        raise ValueError(f"wants two arrays (images, seeds), got {values.shape} and {baseline.shape}")
    found = differences(values, baseline)
    with np.errstate(invalid="ignore"):  # infinities of both signs
        mean = float(found.mean())
    wins = int((found < 0).sum() if lower_is_better else (found > 0).sum())
    if found.shape[1] < 2:
        return Difference(mean, math.nan, math.nan, wins, found.size)
    drawn = _drawn_means(found, seed)
    low, high = np.percentile(drawn, [2.5, 97.5], method="inverted_cdf")
    if np.isfinite(found).all():
        stretch = _stretch(found, float(drawn.std()))
        low, high = mean + stretch * (low - mean), mean + stretch * (high - mean)
    return Difference(mean, float(low), float(high), wins, found.size)


def student(dof: int) -> float:
    """Return the 97.5 % quantile of Student's t."""
    inverse = [0.0, *(1 / one for one in sorted(STUDENT, reverse=True))]
    quantiles = [NORMAL, *(STUDENT[one] for one in sorted(STUDENT, reverse=True))]
    return float(np.interp(1 / dof, inverse, quantiles))


def _drawn_means(differences: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Return the means over images and seeds that were drawn with replacement, each by themselves."""
    random = np.random.default_rng(seed)
    rows, columns = (random.multinomial(n, np.full(n, 1 / n), RESAMPLES) for n in differences.shape)

    def weighted(cells: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.einsum("di,is,ds->d", rows, cells, columns) / cells.size)

    means = weighted(np.where(np.isfinite(differences), differences, 0))
    for endless in (np.inf, -np.inf, np.nan):
        there = np.isnan(differences) if np.isnan(endless) else differences == endless
        if there.any():
            with np.errstate(invalid="ignore"):
                means = means + np.where(weighted(there.astype(float)) > 0, endless, 0.0)
    return means


def _stretch(differences: NDArray[np.float64], drawn: float) -> float:
    """Return the factor that widens the interval for few images and seeds; ``drawn`` is its own spread."""
    images, seeds = differences.shape
    by_image, by_seed = differences.mean(1), differences.mean(0)
    rows = student(images - 1) * by_image.std(ddof=1) / math.sqrt(images) if images > 1 else 0.0
    columns = student(seeds - 1) * by_seed.std(ddof=1) / math.sqrt(seeds)
    rest = differences - by_image[:, None] - by_seed + differences.mean()
    both = (rest**2).sum() / (max(1, images - 1) * (seeds - 1) * differences.size)  # counted in rows and in columns
    both *= student(max(1, images - 1)) * student(seeds - 1)
    half = math.sqrt(max(rows**2 + columns**2 - both, rows**2, columns**2))
    return max(1.0, half / (NORMAL * drawn)) if drawn else 1.0


def differences(values: NDArray[np.float64], baseline: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``values - baseline``; zero for equal values, also for infinite ones."""
    with np.errstate(invalid="ignore"):
        return np.where(values == baseline, 0.0, values - baseline)


def difference(value: float, baseline: float) -> float:
    """Return ``value - baseline``; zero for equal values, also for infinite ones."""
    return 0.0 if value == baseline else float(value) - float(baseline)
