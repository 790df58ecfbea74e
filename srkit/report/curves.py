"""Values over training steps, before they are drawn: one curve a seed, and bands of several."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

Curve = tuple[Sequence[float], Sequence[float]]
"""Steps, and the value at each of them."""

POINTS = 64
"""Points of a drawn curve. A hundred thousand points would take megabytes and look like a solid bar."""


@dataclass(frozen=True)
class Band:
    """Steps, with the smallest, mean and largest value at or around each step."""

    steps: list[float]
    low: list[float]
    mean: list[float]
    high: list[float]


def over_neighbours(curve: Curve) -> Band:
    """Return at most ``POINTS`` steps of one curve, with the values of the neighbouring steps around each."""
    steps, values = (np.asarray(one, dtype=float) for one in curve)
    groups = np.array_split(np.arange(len(steps)), min(POINTS, len(steps)))
    return Band(
        [float(steps[group].mean()) for group in groups],
        [float(values[group].min()) for group in groups],
        [float(values[group].mean()) for group in groups],
        [float(values[group].max()) for group in groups],
    )


def over_seeds(curves: Iterable[Curve]) -> Band:
    """Return at most ``POINTS`` steps with the values of all curves there.

    Where seeds were not measured after the same steps, as with equal seconds, values between a curve's points
    are interpolated, and the band ends where the first curve does.
    """
    each = [(np.asarray(steps, float), np.asarray(values, float)) for steps, values in curves]
    first, last = max(steps[0] for steps, _ in each), min(steps[-1] for steps, _ in each)
    every = np.unique(np.concatenate([steps for steps, _ in each]))
    every = every[(every >= first) & (every <= last)]
    at = every[np.unique(np.linspace(0, len(every) - 1, min(POINTS, len(every))).round().astype(int))]
    values = np.array([np.interp(at, steps, values) for steps, values in each])
    return Band(at.tolist(), values.min(0).tolist(), values.mean(0).tolist(), values.max(0).tolist())
