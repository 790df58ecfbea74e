"""Metrics over images, one row each; whoever wants a mean takes it from the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from srkit.parts.metric import MetricFn


@dataclass(frozen=True)
class Score:
    """One metric on one image."""

    image: str
    metric: str
    value: float


class Judged(Protocol):
    """An image with its LR and its HR (1,C,H,W), in [0,1]."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def low(self) -> Tensor: ...  # noqa: D102
    @property
    def high(self) -> Tensor: ...  # noqa: D102


def evaluate(
    upscale: Callable[[Tensor], Tensor], images: Iterable[Judged], metrics: Mapping[str, MetricFn]
) -> Iterator[Score]:
    """Yield one ``Score`` for each image and metric, in order; never averages."""
    for image in images:
        prediction = upscale(image.low)
        for name, metric in metrics.items():
            yield Score(image.name, name, float(metric(prediction, image.high)[0]))
