"""Photographs on the screen: bars while work is done, a line for each that is done, and the failures."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from srkit.errors import ImageError
from srkit.image.search import named
from srkit.photographs.enlargement import Estimate, gigabytes
from srkit.photographs.job import Job

NAME_WIDTH = 28


class PhotographProgress:
    """Counts and shows the photographs that are done, left out, or failed.

    Args:
        total: The number of photographs to do.
        quiet: Print errors only.
        bars: Whether bars are drawn, if the output is a terminal.
        on_stderr: Whether all goes to standard error, because standard output gets a photograph.
    """

    def __init__(self, total: int, *, quiet: bool, bars: bool = True, on_stderr: bool = False) -> None:
        self.total, self.done = total, 0
        self.failed: list[str] = []
        self.notes: list[str] = []
        self.started = time.monotonic()
        self.console = Console(quiet=quiet, highlight=False, soft_wrap=True, stderr=on_stderr)
        self.on_stderr = on_stderr
        self.bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            TaskProgressColumn(),
            TimeRemainingColumn(compact=True),
            console=self.console,
            disable=quiet or not bars or not self.console.is_terminal,
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
            way_on = "" if self.on_stderr else ", --skip-existing goes on"
            typer.echo(f"stopped; {self.done} of {self.total} are done{way_on}", err=True)

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

    def left_out(self, targets: Mapping[Path, Path | None], why: str) -> None:
        """Print that photographs are left out, with the first names, and why.

        Args:
            targets: The photographs, each with the file that its result would be, if that is known.
            why: The reason.
        """
        if targets:
            self.say(f"{len(targets)} left out: {why} ({named(list(targets))})")

    def follow(self, job: Job, steps: Iterator[float]) -> None:
        """Show the progress of a photograph, from 0 to 1, and keep its error if it fails."""
        before = time.monotonic()
        bar = self.bars.add_task(_short(job.source.name), total=1.0)
        try:
            for share in steps:
                self.bars.update(bar, completed=share)
                self.bars.update(self.whole, completed=self.done + len(self.failed) + share)
        except ImageError as error:
            self.fail(job, str(error))
        else:
            self.done += 1
            self.say(f"{job.source} -> {job.target}  {time.monotonic() - before:.1f} s")
        finally:
            self.bars.remove_task(bar)
            self.bars.update(self.whole, completed=self.done + len(self.failed))

    def would(self, job: Job, found: Estimate, networks: list[str], memory: int) -> None:
        """Print what would be done with a photograph.

        Args:
            job: The photograph and its result.
            found: The sizes of its pages.
            networks: The names of the networks, in their order.
            memory: Bytes that the work needs at its peak.
        """
        self.done += 1
        means = f"by {' + '.join(networks)}, {gigabytes(memory)} of memory"
        sizes = [
            f"{before[1]} x {before[0]} -> {after[1]} x {after[0]}"
            for before, after in zip(found.before, found.after, strict=True)
        ]
        if len(sizes) == 1:
            self.say(f"{job.source} -> {job.target}  {sizes[0]} {means}")
            return
        self.say(f"{job.source} -> {job.target}  {len(sizes)} pages {means}")
        for number, size in enumerate(sizes, 1):
            self.say(f"  page {number}  {size}")

    def fail(self, _job: Job, reason: str) -> None:
        """Print the error of a photograph, which names it, and keep it for the summary."""
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
