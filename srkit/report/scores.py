"""Scores of images, one row each; what is said of many images is said from these rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from srkit.report.statistics import Difference, paired

MODELS = ("bicubic", "srkit")

LOWER_IS_BETTER = ("lpips",)
"""Metrics that measure a distance. A plugin's says so in its protocol: ``better: lower``."""


@dataclass(frozen=True)
class Score:
    """What one metric says of one image of one model."""

    model: str
    image: str
    metric: str
    value: float
    split: str = "test"


@dataclass(frozen=True)
class Scores:
    """All scores of a run."""

    rows: tuple[Score, ...]

    @property
    def images(self) -> list[str]:
        """The images, in the order in which they were scored."""
        return list(dict.fromkeys(row.image for row in self.rows))

    @property
    def metrics(self) -> list[str]:
        """The metrics, in the order of the config."""
        return list(dict.fromkeys(row.metric for row in self.rows))

    @property
    def models(self) -> list[str]:
        """The models that were scored."""
        return list(dict.fromkeys(row.model for row in self.rows))

    def values(self, model: str, metric: str) -> list[float]:
        """Return one value an image, in the order of ``images``.

        Raises:
            KeyError: An image was not scored; see ``gaps``.
        """
        found = {row.image: row.value for row in self.rows if row.model == model and row.metric == metric}
        return [found[image] for image in self.images]

    def gaps(self) -> Iterator[tuple[str, str, str]]:
        """Yield each (model, image, metric) that has no row."""
        there = {(row.model, row.image, row.metric) for row in self.rows}
        for model in dict.fromkeys((*MODELS, *self.models)):
            for image in self.images:
                for metric in self.metrics:
                    if (model, image, metric) not in there:
                        yield model, image, metric


@dataclass(frozen=True)
class Comparison:
    """One metric of a model beside a baseline: each image's values, and what they come to."""

    metric: str
    protocol: Mapping[str, Any]
    images: tuple[str, ...]
    values: tuple[float, ...]
    baseline: tuple[float, ...]
    difference: Difference

    @property
    def lower_is_better(self) -> bool:
        """Whether a smaller value is a better one."""
        return lower_is_better(self.metric, self.protocol)

    @property
    def means(self) -> tuple[float, float]:
        """The means over images of the baseline and of the model."""
        return mean(self.baseline), mean(self.values)


def compare(
    scores: Scores, metric: str, protocol: Mapping[str, Any], *, model: str = "srkit", baseline: str = "bicubic"
) -> Comparison:
    """Compare two models of ``scores``, image by image."""
    values, base = scores.values(model, metric), scores.values(baseline, metric)
    found = paired(values, base, lower_is_better=lower_is_better(metric, protocol))
    return Comparison(metric, protocol, tuple(scores.images), tuple(values), tuple(base), found)


def lower_is_better(metric: str, protocol: Mapping[str, Any]) -> bool:
    """Return whether a smaller value of ``metric`` is a better one."""
    return bool(protocol.get("better", "lower" if metric in LOWER_IS_BETTER else "higher") == "lower")


def mean(values: tuple[float, ...]) -> float:
    """Return the mean over images; infinite where one image is."""
    return sum(values) / len(values)
