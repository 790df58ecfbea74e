"""Metrics: how good an image is, one value per image."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from srkit.registry import Ability, Kind
from srkit.slots import Slot

if TYPE_CHECKING:
    from torch import Tensor

PROTOCOL: Ability[Mapping[str, Any]] = Ability(
    "protocol",
    MappingProxyType({}),
    "plain values by name that say how it measures (colour, border, rounding); they stand beside every number",
)
HIGHER_IS_BETTER = Ability("higher_is_better", True, "False where lower values are better")
COMPARES = Ability("compares", True, "False where the result alone is judged, and HR is not looked at")
ON_DEVICE = Ability(
    "on_device",
    False,
    "True for a metric that is a network: it gets images on the device of the model; others get them on the CPU",
)

metric = Kind(
    "metric",
    ("scale",),
    gives="callable: (prediction, target) to one value per image, (N,)",
    contract="srkit.testing.metric:metric",
    room="srkit.metrics",
    abilities=(PROTOCOL, HIGHER_IS_BETTER, COMPARES, ON_DEVICE),
)


class MetricFn(Protocol):
    """A metric, built."""

    def __call__(self, prediction: Tensor, target: Tensor, /) -> Tensor:
        """Return one value per image, (N,), of two (N,C,H,W) in [0,1] on the CPU; C is 3, or 1 for a gray image."""
        ...


def protocol_of(part: MetricFn) -> dict[str, Any]:
    """Return how a metric measures, as plain values for its numbers' side; ``better: lower`` for a distance."""
    return {**PROTOCOL.of(part), **({} if HIGHER_IS_BETTER.of(part) else {"better": "lower"})}


if TYPE_CHECKING:
    Metric: TypeAlias = Slot[MetricFn]
else:
    Metric = metric.slot
