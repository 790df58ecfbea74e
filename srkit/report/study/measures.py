"""The checkerboard of every arm: what the measures are, how they began, went and ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from srkit.report.study.study import Arm, Study, Trial
from srkit.report.tables import MINUS

POINTS = 64
"""Points of a drawn curve; more would not be seen, and make a page of megabytes."""

Curve = tuple[Sequence[float], Sequence[float]]
"""Steps and values."""


@dataclass(frozen=True)
class Measure:
    """A measure as it is shown: its unit, its digits, and what it says."""

    label: str
    unit: str
    digits: int
    sign: bool
    legend: str

    @property
    def head(self) -> str:
        """The label with its unit, as it heads a column."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    def text(self, value: float) -> str:
        """Return a value with its digits, and a true minus sign."""
        shown = f"{value:{'+' if self.sign else ''}.{self.digits}f}"
        return shown.replace("-", MINUS) if float(shown) else f"{0:.{self.digits}f}"


MEASURES = {
    "M1": Measure(
        "M1",
        "grey levels",
        3,
        False,
        "The network is shown flat fields: the largest departure of an output phase from the mean of all phases, "
        "in grey levels of 255; 0 leaves flat flat.",
    ),
    "M1_layers": Measure(
        "M1 layers",
        "",
        3,
        False,
        "The twin of M1 for an upsampler by itself, the worst of the network: how much of the energy of its gains "
        "departs from their mean over phases, as a root; 0 is even, 1 is nothing but ripple.",
    ),
    "M2": Measure(
        "M2",
        "dB",
        1,
        True,
        "How far the frequencies of the grid stand out of the spectrum of an output, less what they do in HR; "
        "0 is as in the scene, less is smoother.",
    ),
    "M3_bias": Measure(
        "M3 bias",
        "grey levels",
        3,
        False,
        "How far the mean errors of phases differ that lie alike to the LR samples, as root mean square; "
        "0 is balanced.",
    ),
    "M3_variance": Measure(
        "M3 variance",
        "ratio",
        3,
        False,
        "The largest over the smallest variance of error among phases that lie alike to the LR samples; "
        "1 is balanced.",
    ),
    "M4": Measure(
        "M4",
        "dB",
        1,
        True,
        "How far the frequencies of the grid stand out of the spectrum of the loss's gradient at an output: "
        "the loss's own checkerboard; 0 is none.",
    ),
}
"""The measures by their names in ``measures.jsonl``; docs/numbers.md has their formulas and examples."""


def measured(study: Study) -> list[str]:
    """Return the measures that were taken, in the order of ``MEASURES``."""
    found = {row.measure for trial in study.trials.values() for row in trial.measures}
    return [name for name in MEASURES if name in found]


def ends(arm: Arm, measure: str) -> tuple[float, float] | None:
    """Return a measure at the start and at the end, the mean over images and then over seeds; None without."""
    curves = [values for _, values in curves_of(arm, measure)]
    if not curves:
        return None
    first, last = (sum(values[at] for values in curves) / len(curves) for at in (0, -1))
    return first, last


def curves_of(arm: Arm, measure: str) -> list[Curve]:
    """Return the mean over images at every step, a curve for each seed."""
    return [curve for curve in (_curve(trial, measure) for trial in arm.scored) if curve[0]]


def psnr_curves(arm: Arm) -> list[Curve]:
    """Return the PSNR of the validation images at every step, a curve for each seed."""
    return [curve for curve in (run.curve("validate", "psnr") for run in arm.runs) if curve[0]]


def band(curves: Iterable[Curve]) -> tuple[list[float], ...]:
    """Return steps, and the smallest, mean and largest value of the curves there, at most ``POINTS`` of them.

    Where seeds were not looked at after the same steps, as with equal seconds, there are lines between a
    curve's points, and the band ends where the first curve does.
    """
    each = [(np.asarray(steps, float), np.asarray(values, float)) for steps, values in curves]
    first, last = max(steps[0] for steps, _ in each), min(steps[-1] for steps, _ in each)
    every = np.unique(np.concatenate([steps for steps, _ in each]))
    every = every[(every >= first) & (every <= last)]
    at = every[np.unique(np.linspace(0, len(every) - 1, min(POINTS, len(every))).round().astype(int))]
    found = np.array([np.interp(at, steps, values) for steps, values in each])
    return tuple(one.tolist() for one in (at, found.min(0), found.mean(0), found.max(0)))


def _curve(trial: Trial, measure: str) -> Curve:
    by_step: dict[int, list[float]] = defaultdict(list)
    for row in trial.measures:
        if row.measure == measure:
            by_step[row.step].append(row.value)
    steps = sorted(by_step)
    return steps, [sum(by_step[step]) / len(by_step[step]) for step in steps]


def legends(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each measure's label and what it says."""
    return ((MEASURES[name].head, MEASURES[name].legend) for name in names)
