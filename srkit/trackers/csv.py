"""A tracker that writes a CSV table."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import srkit
from srkit.atomic import whole

FIELDS = ("step", "name", "value")


@srkit.tracker("csv")
class Csv:
    """Every value as a row (step, name, value) of records.csv in the run folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "records.csv"
        self.started = False

    def record(self, step: int, values: Mapping[str, float]) -> None:
        """Add a row for each value. A resumed run first removes the rows of the steps that it repeats."""
        if not self.started:
            self._begin(step)
        with open(self.path, "a", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows((step, name, value) for name, value in values.items())

    def close(self) -> None:
        """Do nothing, since every row has been written."""

    def _begin(self, step: int) -> None:
        """Keep the rows before ``step``; a row that a killed run left incomplete is removed."""
        rows: list[list[str]] = []
        if self.path.exists():
            with open(self.path, newline="", encoding="utf-8") as file:
                rows = [row for row in csv.reader(file) if len(row) == len(FIELDS) and row[0].isdigit()]
        with whole(self.path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([FIELDS, *(row for row in rows if int(row[0]) < step)])
        self.started = True
