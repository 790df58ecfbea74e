"""``NAME.json`` beside an estimated blur kernel: what was estimated, of which image, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from srkit.records.fields import ObjectFile


@dataclass(frozen=True)
class EstimateFile(ObjectFile):
    """One estimated kernel. Lengths are in pixels of HR, which is ``scale`` times as large as the image.

    Attributes:
        source: The image.
        size: Its width and height in pixels.
        scale: HR over the image.
        estimator: The estimator, with every option.
        seed: Of its random numbers; it gives the same kernel again.
        side: Side of the kernel.
        centre: How far its centre of mass lies to the right of its middle, and below; (scale-1)/2 each where SR
            does not move the image.
        widths: Standard deviations along the longest axis and across it.
        angle: From the rows to the longest axis, in degrees, clockwise in the picture.
        seconds: How long the estimate took.
    """

    source: str
    size: tuple[int, int]
    scale: int
    estimator: Mapping[str, Any]
    seed: int
    side: int
    centre: tuple[float, float]
    widths: tuple[float, float]
    angle: float
    seconds: float
