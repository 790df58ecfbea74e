"""Photographs on the screen: bars while work is done, a line for each that is done, and the failures."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from srkit.errors import ImageError
from srkit.image.search import named
from srkit.photographs.jobs import Job

NAME_WIDTH = 28


class PhotographProgress:
    """Counts and shows the photographs that are done, left out, or failed.

    Args:
        total: The number of photographs to do.
        quiet: Print errors only.
    """

    def __init__(self, total: int, *, quiet: bool) -> None:
        self.total, self.done = total, 0
        self.failed: list[str] = []
        self.notes: list[str] = []
        self.started = time.monotonic()
        self.console = Console(quiet=quiet, highlight=False, soft_wrap=True)
        self.bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            TaskProgressColumn(),
            TimeRemainingColumn(compact=True),
            console=self.console,
            disable=quiet or not self.console.is_terminal,
            expand=True,
            transient=True,
        )
        self.whole = self.bars.add_task("all", total=max(1, total), visible=total > 1)

    def __enter__(self) -> Self:
        self.bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bars.stop()
        if kind is KeyboardInterrupt:
            typer.echo(f"stopped; {self.done} of {self.total} are done, --skip-existing goes on", err=True)

    @property
    def code(self) -> int:
        """The exit code: 1 if a photograph failed, else 0."""
        return 1 if self.failed else 0

    def say(self, text: str) -> None:
        """Print a line, above the bars."""
        self.console.print(text, markup=False)

    def note(self, text: str) -> None:
        """Print a note to the user, each note once."""
        if text not in self.notes:
            self.notes.append(text)
            self.say(f"note: {text}")

    def left_out(self, files: list[Path], why: str) -> None:
        """Print that photographs are left out, with the first names, and why."""
        if files:
            self.say(f"{len(files)} left out: {why} ({named(files)})")

    def follow(self, job: Job, steps: Iterator[float]) -> None:
        """Show the progress of a photograph, from 0 to 1, and keep its error if it fails."""
        before = time.monotonic()
        bar = self.bars.add_task(_short(job.source.name), total=1.0)
        try:
            for share in steps:
                self.bars.update(bar, completed=share)
                self.bars.update(self.whole, completed=self.done + len(self.failed) + share)
        except ImageError as error:
            self.fail(str(error))
        else:
            self.done += 1
            self.say(f"{job.source} -> {job.target}  {time.monotonic() - before:.1f} s")
        finally:
            self.bars.remove_task(bar)
            self.bars.update(self.whole, completed=self.done + len(self.failed))

    def fail(self, reason: str) -> None:
        """Print the error of a photograph, and keep it for the summary."""
        self.failed.append(reason)
        if self.total > 1:
            self.say(f"failed: {reason}")

    def finish(self, what: str) -> None:
        """Print the summary, and on standard error all failures."""
        self.bars.stop()
        if self.total > 1:
            self.say(f"{self.done} of {self.total} {what} in {time.monotonic() - self.started:.0f} s")
        for reason in self.failed:
            typer.echo(reason, err=True)


def _short(name: str) -> str:
    return name if len(name) <= NAME_WIDTH else f"{name[: NAME_WIDTH - 3]}..."
