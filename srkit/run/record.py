"""What happens in a run, as it happens: the lines of its log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Record:
    """One event of a run, at a step.

    Events: ``plan`` (steps: how many there will be), ``train`` (loss, lr, seconds_per_step:
    mean of the steps since the last such record, images_per_second: a mean that forgets
    slowly), ``balance`` (weight.NAME: that of each balanced term), ``validate`` (a mean per
    metric, and whether it is the best so far), ``stop`` (reason), ``score`` (image).
    Those of training have seconds: what it took so far, validations included, without the
    time that whoever follows the records held them.
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
