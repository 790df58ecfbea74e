"""Images that are read once on the screen: a bar on a terminal, a line now and then elsewhere. Both on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from srkit.data.watcher import WATCHER, Watcher

BEFORE_LINES = 10.0
"""Seconds of reading before the first line where there is no terminal."""

BETWEEN_LINES = 60.0
"""Seconds between further lines."""


class Silent(Watcher):
    """Shows no progress, but says what the user should know."""

    def say(self, text: str) -> None:
        """Print a line."""
        print(text, file=sys.stderr, flush=True)


class ReadingProgress(Silent):
    """Shows the reading of many images."""

    @contextmanager
    def counting(self, title: str, total: int) -> Iterator[Callable[[int], None]]:
        """Yield a function that moves the bar on, which disappears at the end."""
        if not sys.stderr.isatty():
            yield _Lines(title, total)
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(compact=True),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(title, total=total)
            yield lambda count: bar.advance(task, count)


class _Lines:
    """Prints a line when reading has lasted for some time, and then every minute."""

    def __init__(self, title: str, total: int) -> None:
        self.title, self.total, self.done = title, total, 0
        self.next = time.monotonic() + BEFORE_LINES

    def __call__(self, count: int) -> None:
        self.done += count
        if time.monotonic() > self.next and self.done < self.total:
            self.next = time.monotonic() + BETWEEN_LINES
            print(f"{self.title}: {self.done:,} of {self.total:,}", file=sys.stderr, flush=True)


def show_reading(*, quiet: bool = False) -> None:
    """Show the reading of many images from now on, or, if ``quiet``, only what goes wrong with it."""
    WATCHER.set(Silent() if quiet else ReadingProgress())
