"""Metrics over results, one row for each image and metric; means are taken from the rows elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from srkit.errors import SrkitError
from srkit.parts.metric import ON_DEVICE, MetricFn


@dataclass(frozen=True)
class MetricScore:
    """The value of one metric on one image."""

    image: str
    metric: str
    value: float


class ReferenceImage(Protocol):
    """The image that a result is compared with."""

    @property
    def name(self) -> str:
        """The image's name."""
        ...

    @property
    def high(self) -> Tensor:
        """HR (1,C,H,W) in [0,1], on the CPU."""
        ...


def evaluate(
    results: Iterable[tuple[ReferenceImage, Tensor]],
    metrics: Mapping[str, MetricFn],
    device: torch.device | None = None,
) -> Iterator[MetricScore]:
    """Yield one ``MetricScore`` for each result and metric, in order; never averages.

    Args:
        results: Images, each with the SR made from its LR: (1,C,H,W) in [0,1], on the CPU.
        metrics: The metrics by the names that their scores get.
        device: The device of metrics that are networks; None is the CPU, where all others compute.

    Raises:
        SrkitError: A metric refuses an image, such as one that is too small; the message names the image.
    """
    for image, prediction in results:
        for name, metric in metrics.items():
            try:
                place = device if device is not None and ON_DEVICE.of(metric) else prediction.device
                value = float(metric(prediction.to(place), image.high.to(place))[0])
            except ValueError as error:
                raise SrkitError(f"{image.name}: cannot be measured: {error}") from None
            yield MetricScore(image.name, name, value)
