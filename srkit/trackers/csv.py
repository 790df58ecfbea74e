"""A table."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import srkit

FIELDS = ("step", "name", "value")


@srkit.tracker("csv")
class Csv:
    """Every value as a row (step, name, value) of records.csv in the run folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "records.csv"
        self.started = False

    def record(self, step: int, values: Mapping[str, float]) -> None:
        """Add one row a value. A resumed run first takes back the rows of its steps."""
        if not self.started:
            self._begin(step)
        with open(self.path, "a", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows((step, name, value) for name, value in values.items())

    def close(self) -> None:
        """Nothing is held back."""

    def _begin(self, step: int) -> None:
        rows: list[list[str]] = []
        if self.path.exists():
            with open(self.path, newline="", encoding="utf-8") as file:
                rows = [row for row in csv.reader(file) if row and row[0].isdigit() and int(row[0]) < step]
        with open(self.path, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([FIELDS, *rows])
        self.started = True
