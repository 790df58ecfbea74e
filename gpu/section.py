"""What a section is given, and its process: python -m gpu.section NAME --folder FOLDER --until TIME."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import traceback
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
DATA = ROOT / ".gpu" / "data"


@dataclass
class Section:
    """One part of the run.

    Args:
        name: Its module in ``gpu.sections``.
        folder: Where it may write files; the caller takes ``FOLDER/keep`` home.
        until: The time at which it is killed, in seconds since 1970.
        rehearse: Whether to do everything at a tiny size, on a CPU.
    """

    name: str
    folder: Path
    until: float
    rehearse: bool
    results: dict[str, Any] = field(default_factory=dict)

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self.until - time.time()

    @property
    def keep(self) -> Path:
        """The folder of files that the run brings home."""
        place = self.folder / "keep"
        place.mkdir(parents=True, exist_ok=True)
        return place

    def note(self, **values: Any) -> None:
        """Add results and write all of them, so that nothing is lost when the section is killed."""
        self.results |= values
        path = self.folder / f"{self.name}.json"
        temporary = path.with_suffix(".new")
        temporary.write_text(self._portable(json.dumps(self.results, indent=1, default=str)), encoding="utf-8")
        os.replace(temporary, path)

    def _portable(self, text: str) -> str:
        """Return text without folders of this machine: results are committed, and read elsewhere."""
        for folder in (self.folder.parent, ROOT, Path(sys.executable).parent):
            text = text.replace(f"{folder}/", "")
        return text

    def row(self, table: str, **values: Any) -> None:
        """Add a row to a table of the results, and print it."""
        self.say(" ".join(f"{name}={_short(value)}" for name, value in values.items()))
        self.note(**{table: [*self.results.get(table, []), values]})

    def say(self, text: str) -> None:
        """Print a line of progress."""
        print(text, flush=True)

    def attempt(self, what: str, work: Any, *, seconds: float = 0.0) -> Any:
        """Return the result of ``work()``; None if it fails or less than ``seconds`` are left, which is noted."""
        if self.left < seconds:
            self.row("left_out", what=what, why=f"{self.left:.0f} s left of its share, wants {seconds:.0f} s")
            return None
        try:
            return work()
        except Exception as error:
            traceback.print_exc()
            self.row("failed", what=what, why=f"{type(error).__name__}: {error}"[:500])
            return None


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def main() -> None:
    """Run one section; its failure is an exit code and a line in its results."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--until", type=float, required=True)
    parser.add_argument("--rehearse", action="store_true")
    words = parser.parse_args()
    words.folder.mkdir(parents=True, exist_ok=True)
    section = Section(words.name, words.folder, words.until, words.rehearse)
    began = time.time()
    section.note(finished=False)
    try:
        import_module(f"gpu.sections.{words.name}").run(section)
    except Exception as error:
        traceback.print_exc()
        section.note(error=f"{type(error).__name__}: {error}"[:2000], seconds=time.time() - began)
        sys.exit(1)
    section.note(finished=True, seconds=round(time.time() - began, 1))


if __name__ == "__main__":
    main()
