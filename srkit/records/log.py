"""``log.jsonl``: the events of a run, one record a line, in the order in which they happened."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from srkit.errors import RunError
from srkit.records.fields import NOT_FINITE
from srkit.records.jsonfile import read_lines, to_json

TAIL = 4096
"""Bytes at the end of a growing log in which its last record is looked for."""


@dataclass(frozen=True)
class Record:
    """One event of a run, at a step.

    The events and their values:

    * ``plan``: ``steps`` and ``crops``, how many of them there will be in all.
    * ``train``: ``loss``, ``lr``; ``seconds_per_step``, the mean over the steps since the last such record;
      ``images_per_second``, a mean that forgets slowly. A value of a part has its name behind a dot, such as
      ``loss.pixel`` or ``lr.head``.
    * ``balance``: ``weight.NAME``, the weight of each balanced term of the loss.
    * ``validate``: the mean of every metric over the validation images by the metric's name; ``best`` is 1 where
      the weights are the best so far, otherwise 0.
    * ``stop``: ``reason``, a sentence.
    * ``score``: ``image``, the name of the test image that was scored.

    Records of training have ``seconds``: the training time so far, validations included, without the time for
    which the reader of the records held them.
    """

    event: str
    step: int
    values: Mapping[str, float | str] = field(default_factory=dict)

    def to_line(self) -> str:
        """Return the record as one line of JSON, without the end of the line."""
        return to_json({"event": self.event, "step": self.step, **self.values})

    @classmethod
    def from_object(cls, values: Mapping[str, Any], where: str) -> Record:
        """Make a record of a line's JSON object.

        Raises:
            RunError: The event or the step is missing or of another type.
        """
        event, step = values.get("event"), values.get("step")
        if not isinstance(event, str) or type(step) is not int:
            raise RunError(f"{where}: wants an event and a step; found {to_json(values)}")
        return cls(event, step, {name: one for name, one in values.items() if name not in ("event", "step")})

    def number(self, name: str) -> float:
        """Return the value ``name`` as a number.

        Raises:
            KeyError: There is no such value.
        """
        return float(self.values[name])

    def numbers(self) -> dict[str, float]:
        """Return the values that are numbers, by name."""
        return {
            name: float(value)
            for name, value in self.values.items()
            if value in NOT_FINITE or (isinstance(value, int | float) and not isinstance(value, bool))
        }


def read_log(path: Path) -> list[Record]:
    """Read a log up to a last line that a crash may have torn.

    Raises:
        RunError: The file is missing, or another line is damaged; with file and line.
    """
    return [
        Record.from_object(row, f"{path}:{number}") for number, row in enumerate(read_lines(path, torn=True), 1)
    ]


def whole_records(path: Path) -> list[Record]:
    """Return the records of a log before the first damaged line; none where there is no log."""
    if not path.exists():
        return []
    found: list[Record] = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        record = _record(line, str(path))
        if record is None:
            break
        found.append(record)
    return found


def last_record(path: Path) -> Record | None:
    """Return the last whole record of a log that another process writes; None where there is none yet."""
    try:
        with open(path, "rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - TAIL))
            lines = file.read().decode("utf-8", errors="replace").split("\n")
    except OSError:
        return None
    records = (_record(line, str(path)) for line in reversed(lines))
    return next((record for record in records if record is not None), None)


def planned_steps(path: Path) -> int | None:
    """Return how many steps the first record of a log plans; None where it says nothing of them."""
    with open(path, encoding="utf-8") as file:
        first = _record(file.readline(), str(path))
    return None if first is None or "steps" not in first.values else int(first.number("steps"))


def _record(line: str, where: str) -> Record | None:
    try:
        values = json.loads(line)
        return Record.from_object(values, where) if isinstance(values, dict) else None
    except (ValueError, RunError):
        return None
