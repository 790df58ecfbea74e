"""A run folder: where everything about a run is, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from srkit.atomic import write_text
from srkit.errors import RunError
from srkit.lock import alone
from srkit.run.record import Record

LOCK = ".lock"
"""Held by the process that is at work in the folder; a study's trials hold it too."""


@dataclass(frozen=True)
class RunFolder:
    """The files of one run, by name."""

    path: Path

    @property
    def config(self) -> Path:
        """The filled config: every value, defaults written out."""
        return self.path / "config.yaml"

    @property
    def environment(self) -> Path:
        """Versions, machine, seed and command."""
        return self.path / "environment.json"

    @property
    def log(self) -> Path:
        """One JSON line an event."""
        return self.path / "log.jsonl"

    @property
    def scores(self) -> Path:
        """One JSON line for each (model, image, metric)."""
        return self.path / "scores.jsonl"

    @property
    def summary(self) -> Path:
        """Means over the test set; written last, so a run that has it is complete."""
        return self.path / "summary.json"

    @property
    def best(self) -> Path:
        """The weights with the best validation PSNR."""
        return self.path / "best.safetensors"

    @property
    def last(self) -> Path:
        """The training state to resume from."""
        return self.path / "last.pt"

    @property
    def pictures(self) -> Path:
        """LR, bicubic, srkit and HR of every test image."""
        return self.path / "pictures"

    @classmethod
    def create(cls, path: Path, config: str, environment: Mapping[str, Any]) -> RunFolder:
        """Claim ``path`` for a new run.

        Raises:
            RunError: Something is there already; nothing of it is touched.
        """
        cls._refuse_taken(path)
        try:
            path.mkdir(parents=True, exist_ok=True)
            with _alone(path):
                cls._refuse_taken(path)  # another may have been faster
                folder = cls(path)
                write_text(folder.config, config)
                write_text(folder.environment, json.dumps(environment, indent=2) + "\n")
        except OSError as error:
            raise RunError(f"{path}: cannot hold a run: {error.strerror}; give another --output") from None
        return folder

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """Find the run in ``path``.

        Raises:
            RunError: There is no run folder of that name.
        """
        folder = cls(path)
        if not folder.config.is_file():
            found = "a folder without config.yaml" if path.is_dir() else "nothing of that name"
            raise RunError(f"{path}: wants a run folder, as `srkit run` makes it; found {found}")
        return folder

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes from the run, and clear away what a killed one was writing.

        Raises:
            RunError: Another process is at it, or the folder cannot be written; nothing is touched.
        """
        with ExitStack() as stack:
            try:
                stack.enter_context(_alone(self.path))
            except OSError as error:
                raise RunError(f"{self.path}: cannot hold a run: {error.strerror}") from None
            self.sweep()
            yield

    def sweep(self) -> None:
        """Remove what a killed process was writing; for who is alone here."""
        for torn in self.path.glob(".*.part"):
            torn.unlink(missing_ok=True)

    @classmethod
    def _refuse_taken(cls, path: Path) -> None:
        if path.exists() and (not path.is_dir() or any(one.name != LOCK for one in path.iterdir())):
            go_on = f"go on with it by --resume {path}, or " if cls(path).config.is_file() else ""
            raise RunError(f"{path}: wants a new folder for the run, but it exists; {go_on}give another --output")

    def append(self, records: Iterable[Record]) -> None:
        """Add to the log, and say so to the disk."""
        with open(self.log, "a", encoding="utf-8") as file:
            file.writelines(record.to_json() + "\n" for record in records)

    def rewind(self, step: int, again: Collection[str] = ()) -> None:
        """Forget what the log says of later steps, of what comes ``again`` at this one, and a torn last line."""
        if not self.log.exists():
            return
        kept = []
        for line in self.log.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                record = json.loads(line)
            except json.JSONDecodeError:
                break
            if not isinstance(record, dict) or not {"step", "event"} <= record.keys():
                break
            if record["step"] < step or (record["step"] == step and record["event"] not in again):
                kept.append(line + "\n")
        write_text(self.log, "".join(kept))

    def environment_values(self) -> dict[str, Any]:
        """Read the environment."""
        values: dict[str, Any] = json.loads(self.environment.read_text(encoding="utf-8"))
        return values


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with ExitStack() as stack:
        try:
            stack.enter_context(alone(path / LOCK))
        except BlockingIOError:
            raise RunError(f"{path}: another process is at work here; wait for its end, or stop it") from None
        yield
