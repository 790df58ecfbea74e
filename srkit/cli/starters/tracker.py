"""A tracker for srkit."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import srkit
from srkit.atomic import write_text


@srkit.tracker("starter")
class Starter:
    """A line of JSON for every record, in starter.jsonl of the run folder."""

    def __init__(self, folder: Path) -> None:
        self.path, self.begun = folder / "starter.jsonl", False

    def record(self, step: int, values: Mapping[str, float]) -> None:
        """Write the values; the first record removes what a resumed run repeats."""
        if not self.begun and self.path.exists():
            lines = self.path.read_text(encoding="utf-8").splitlines(keepends=True)
            whole = [line for line in lines if line.endswith("\n")]  # a kill may tear one
            write_text(self.path, "".join(line for line in whole if json.loads(line)["step"] < step))
        self.begun = True
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps({"step": step, **values}) + "\n")

    def close(self) -> None:
        """Do nothing, since every record has been written."""


@srkit.hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the parts of this package to srkit."""
    return [Starter]
