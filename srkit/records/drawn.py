"""``drawn.jsonl``: what a degradation drew for each image that ``srkit degrade`` made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from srkit.records.fields import RowFile


@dataclass(frozen=True)
class DrawnRow(RowFile):
    """One LR image.

    Attributes:
        image: Its name, which is also its key in ``kernels.npz``.
        source: The file of HR.
        low: The file of LR, relative to the folder of this file.
        scale: HR over LR.
        seed: The seed; with the name of the source it gives the same numbers again.
        drawn: The drawn values by name: numbers, truth values, or lists of them. Kernels are in ``kernels.npz``.
    """

    image: str
    source: str
    low: str
    scale: int
    seed: int
    drawn: Mapping[str, Any]
