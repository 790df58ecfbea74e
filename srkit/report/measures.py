"""The checkerboard of every arm: its measures, their values at the start and the end, and their curves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from srkit.report.curves import Curve
from srkit.report.numbers import MINUS
from srkit.report.results import ArmResult, Results, TrialResult


@dataclass(frozen=True)
class MeasureLegend:
    """A measure as it is shown: its unit, its digits, and its explanation."""

    label: str
    unit: str
    digits: int
    sign: bool
    legend: str

    @property
    def head(self) -> str:
        """The label with its unit, as the heading of a column."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    def text(self, value: float) -> str:
        """Return a value with its digits, and a true minus sign."""
        shown = f"{value:{'+' if self.sign else ''}.{self.digits}f}"
        return shown.replace("-", MINUS) if float(shown) else f"{0:.{self.digits}f}"


MEASURES = {
    "M1": MeasureLegend(
        "M1",
        "grey levels",
        3,
        False,
        "The network enlarges flat fields. M1 is the largest departure of an output phase from the mean of all "
        "phases, in grey levels of 255; 0 means that a flat field stays flat.",
    ),
    "M1_layers": MeasureLegend(
        "M1 layers",
        "",
        3,
        False,
        "The counterpart of M1 for a single upsampler, the worst of the network: the root of the share of its "
        "gains' energy that departs from their mean over phases; 0 is even, 1 is nothing but ripple.",
    ),
    "M2": MeasureLegend(
        "M2",
        "dB",
        1,
        True,
        "M2 is how far the frequencies of the grid stand out of the spectrum of an output, minus the same of HR; 0 "
        "is as in the scene, and a negative value is smoother.",
    ),
    "M3_bias": MeasureLegend(
        "M3 bias",
        "grey levels",
        3,
        False,
        "Phases that lie alike to the LR samples should have the same mean error. The bias is the root mean square "
        "of how far their mean errors differ; 0 is balanced.",
    ),
    "M3_variance": MeasureLegend(
        "M3 variance",
        "ratio",
        3,
        False,
        "The variance of the error is compared among phases that lie alike to the LR samples, as the ratio of the "
        "largest to the smallest; 1 is balanced.",
    ),
    "M4": MeasureLegend(
        "M4",
        "dB",
        1,
        True,
        "M4 is how far the frequencies of the grid stand out of the spectrum of the loss's gradient at an output: "
        "the checkerboard that the loss itself makes; 0 is none.",
    ),
}
"""The measures by their names in ``measures.jsonl``; docs/numbers.md has their formulas and examples."""


def measured(results: Results) -> list[str]:
    """Return the measures that were taken, in the order of ``MEASURES``."""
    found = {row.measure for trial in results.trials.values() for row in trial.measures}
    return [name for name in MEASURES if name in found]


def ends(arm: ArmResult, measure: str) -> tuple[float, float] | None:
    """Return a measure at the start and at the end, as mean over images and then seeds; None if not measured."""
    curves = [values for _, values in curves_of(arm, measure)]
    if not curves:
        return None
    first, last = (sum(values[at] for values in curves) / len(curves) for at in (0, -1))
    return first, last


def curves_of(arm: ArmResult, measure: str) -> list[Curve]:
    """Return the mean over images at every step, a curve for each seed."""
    return [curve for curve in (_curve(trial, measure) for trial in arm.scored) if curve[0]]


def _curve(trial: TrialResult, measure: str) -> Curve:
    by_step: dict[int, list[float]] = defaultdict(list)
    for row in trial.measures:
        if row.measure == measure:
            by_step[row.step].append(row.value)
    steps = sorted(by_step)
    return steps, [sum(by_step[step]) / len(by_step[step]) for step in steps]


def legends(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each measure's label and explanation."""
    return ((MEASURES[name].head, MEASURES[name].legend) for name in names)
