"""``scores.jsonl``: one row for each model, test image and metric."""

from __future__ import annotations

from dataclasses import dataclass

from srkit.records.fields import RowFile

NETWORK = "srkit"
"""Name of the trained network in rows of scores and in files of pictures."""

BASELINE = "bicubic"
"""Name of the interpolation beside it."""


@dataclass(frozen=True)
class ScoreRow(RowFile):
    """The value of one metric on one test image, as one model enlarged it."""

    model: str
    image: str
    metric: str
    value: float
    split: str = "test"
