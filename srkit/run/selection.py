"""Choosing the weights that a run keeps by a metric of the validation images."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from srkit.experiment import LAST
from srkit.parts.metric import HIGHER_IS_BETTER, MetricFn
from srkit.parts.regime import SELECT


@dataclass(frozen=True)
class Selection:
    """The rule by which a training keeps its best weights.

    Attributes:
        metric: The metric whose mean over the validation images chooses, or ``last``.
        higher_is_better: Whether a larger mean is a better one.
    """

    metric: str
    higher_is_better: bool = True

    @property
    def title(self) -> str:
        """The value that is compared, in words."""
        return f"validation {self.metric.upper()}"

    def value(self, means: Mapping[str, float]) -> float:
        """Return the mean that chooses; NaN if the last weights are kept."""
        return math.nan if self.metric == LAST else means[self.metric]

    def prefers(self, value: float, best: float) -> bool:
        """Return whether weights with ``value`` are to be kept instead of those with ``best``."""
        if self.metric == LAST or math.isnan(best):
            return True
        return value > best if self.higher_is_better else value < best


def selection(select: str | None, regime: object, metrics: Mapping[str, MetricFn]) -> Selection:
    """Return how ``train.select`` chooses weights; None is what suits the regime.

    Raises:
        ValueError: There is no such metric in the experiment.
    """
    metric = SELECT.of(regime) if select is None else select
    if metric == LAST:
        return Selection(metric)
    if metric not in metrics:
        raise ValueError(f"wants one of the experiment's metrics ({', '.join(metrics)}) or last, got {metric!r}")
    return Selection(metric, HIGHER_IS_BETTER.of(metrics[metric]))
