"""The scores of one test, from which all means and differences are taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from srkit.records.scores import ScoreRow

LOWER_IS_BETTER = ("lpips",)
"""Metrics that measure a distance. The protocol of a plugin's metric marks it by ``better: lower``."""


@dataclass(frozen=True)
class ScoreSet:
    """All scores of one test.

    Args:
        rows: One for each model, image and metric.
        order: The metrics in the order of the config.
    """

    rows: tuple[ScoreRow, ...]
    order: tuple[str, ...] = ()

    @property
    def images(self) -> list[str]:
        """The images, in the order in which they were scored."""
        return list(dict.fromkeys(row.image for row in self.rows))

    @property
    def metrics(self) -> list[str]:
        """The metrics, in the order of the config."""
        scored = dict.fromkeys(row.metric for row in self.rows)
        return [name for name in dict.fromkeys((*self.order, *scored)) if name in scored]

    def values(self, model: str, metric: str) -> list[float]:
        """Return one value an image, in the order of ``images``.

        Raises:
            KeyError: An image was not scored; see ``gaps``.
        """
        by_image = {row.image: row.value for row in self.rows if row.model == model and row.metric == metric}
        return [by_image[image] for image in self.images]

    def gaps(self, models: Sequence[str]) -> Iterator[tuple[str, str, str]]:
        """Yield each missing (model, image, metric), for ``models`` and all others that were scored."""
        there = {(row.model, row.image, row.metric) for row in self.rows}
        for model in dict.fromkeys((*models, *(row.model for row in self.rows))):
            for image in self.images:
                for metric in self.metrics:
                    if (model, image, metric) not in there:
                        yield model, image, metric


def lower_is_better(metric: str, protocol: Mapping[str, Any]) -> bool:
    """Return whether a smaller value of ``metric`` is a better one."""
    return bool(protocol.get("better", "lower" if metric in LOWER_IS_BETTER else "higher") == "lower")


def mean(values: Sequence[float]) -> float:
    """Return the mean; infinite if a value is."""
    return sum(values) / len(values)
