"""What happens in a run, as it happens: the lines of its log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Record:
    """One event of a run, at a step.

    Events: ``plan`` (steps: how many there will be), ``train`` (loss, lr,
    images_per_second, seconds), ``balance`` (weight.NAME: that of each balanced term),
    ``validate`` (a mean per metric), ``best``, ``checkpoint``, ``stop`` (reason),
    ``score`` (image).
    """

    event: str
    step: int
    values: Mapping[str, float | str] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return the record as one line of JSON."""
        return json.dumps({"event": self.event, "step": self.step, **self.values})

    def number(self, name: str) -> float:
        """Return the value ``name`` as a number."""
        return float(self.values[name])
