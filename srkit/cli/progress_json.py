"""Photographs for programs: one JSON object a line for the start, each photograph, and the end."""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TextIO

from srkit.errors import ImageError
from srkit.photographs.enlargement import Estimate
from srkit.photographs.job import Job
from srkit.records.jsonfile import to_json

State = Literal["done", "planned", "skipped", "refused"]


class JsonProgress:
    """Tells of photographs in JSON: the same calls as ``PhotographProgress``, for programs instead of people.

    Args:
        total: The number of photographs, also of those that are left out.
        out: Where the lines go.
    """

    def __init__(self, total: int, out: TextIO) -> None:
        self.total, self.out = total, out
        self.counts: dict[str, int] = {"done": 0, "planned": 0, "skipped": 0, "refused": 0}
        self.started = time.monotonic()
        self.begun = False
        self.notes: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is KeyboardInterrupt and self.begun:
            self._end(interrupted=True)

    @property
    def code(self) -> int:
        """The exit code: 1 if a photograph was refused, else 0."""
        return 1 if self.counts["refused"] else 0

    def begin(self, facts: Mapping[str, Any]) -> None:
        """Tell what is used for all photographs, before anything else."""
        self.begun = True
        self._write("start", {**facts, "total": self.total})
        for text in self.notes:
            self._write("note", {"message": text})

    def note(self, text: str) -> None:
        """Tell a note for the user, each note once; notes before the start follow it."""
        if text not in self.notes:
            self.notes.append(text)
            if self.begun:
                self._write("note", {"message": text})

    def left_out(self, targets: Mapping[Path, Path | None], why: str) -> None:
        """Tell that photographs are left out, and why."""
        for source, target in targets.items():
            self._photograph("skipped", source, target, why)

    def follow(self, job: Job, steps: Iterator[float]) -> None:
        """Tell the progress of a photograph, in hundredths, and how it ends."""
        before, told = time.monotonic(), 0
        try:
            for share in steps:
                if told < int(100 * share) < 100:
                    told = int(100 * share)
                    self._write("progress", {"index": self._index, "share": told / 100})
        except ImageError as error:
            self._photograph("refused", job.source, job.target, str(error), time.monotonic() - before)
        else:
            self._photograph("done", job.source, job.target, None, time.monotonic() - before)

    def would(self, job: Job, found: Estimate, networks: list[str], memory: int) -> None:
        """Tell what would be done with a photograph."""
        pages = [
            {"before": before[::-1], "after": after[::-1]}
            for before, after in zip(found.before, found.after, strict=True)
        ]
        more = {"networks": networks, "pages": pages, "memory": memory}
        self._photograph("planned", job.source, job.target, None, more=more)

    def fail(self, job: Job, reason: str) -> None:
        """Tell that a photograph is refused."""
        self._photograph("refused", job.source, job.target, reason)

    def finish(self, _what: str) -> None:
        """Tell the end, with the counts."""
        self._end(interrupted=False)

    @property
    def _index(self) -> int:
        """The number of the photograph that comes next, from 1."""
        return sum(self.counts.values()) + 1

    def _photograph(
        self,
        state: State,
        source: Path,
        target: Path | None,
        message: str | None,
        seconds: float | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        files = {**_named("input", source), **_named("output", target)}
        taken = None if seconds is None else round(seconds, 3)
        values = {"index": self._index, "total": self.total, **files, "state": state, "message": message}
        self._write("photograph", {**values, "seconds": taken, **(more or {})})
        self.counts[state] += 1

    def _end(self, *, interrupted: bool) -> None:
        seconds = round(time.monotonic() - self.started, 3)
        self._write("end", {**self.counts, "seconds": seconds, "interrupted": interrupted})

    def _write(self, event: str, values: Mapping[str, Any]) -> None:
        print(to_json(_as_text({"event": event, **values})), file=self.out, flush=True)


def _named(key: str, path: Path | None) -> dict[str, str | None]:
    """Return a file's name under ``key``; of one that is no text the bytes stand beside it in base64."""
    if path is None:
        return {key: None}
    name = str(path)
    if _text(name) == name:
        return {key: name}
    return {key: _text(name), f"{key}_base64": base64.b64encode(os.fsencode(name)).decode()}


def _as_text(value: Any) -> Any:
    """Return a value of JSON with every text in it as ``_text`` returns it."""
    if isinstance(value, Mapping):
        return {name: _as_text(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_as_text(one) for one in value]
    return _text(value) if isinstance(value, str) else value


def _text(name: str) -> str:
    """Return text without lone surrogates, by which Python stands for bytes that are no UTF-8 and JSON has none."""
    return os.fsencode(name).decode(errors="backslashreplace")
