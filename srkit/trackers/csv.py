"""A table."""

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
        """Add one row a value. A resumed run first takes back the rows of its steps."""
        if not self.started:
            self._begin(step)
        with open(self.path, "a", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows((step, name, value) for name, value in values.items())

    def close(self) -> None:
        """Nothing is held back."""

    def _begin(self, step: int) -> None:
        """Keep the rows before ``step``; one that a killed run left torn is none of them."""
        rows: list[list[str]] = []
        if self.path.exists():
            with open(self.path, newline="", encoding="utf-8") as file:
                rows = [row for row in csv.reader(file) if len(row) == len(FIELDS) and row[0].isdigit()]
        with whole(self.path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([FIELDS, *(row for row in rows if int(row[0]) < step)])
        self.started = True
