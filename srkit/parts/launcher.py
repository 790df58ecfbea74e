"""Launchers, which run the arms of a study."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from srkit.registry import Kind
from srkit.slots import Slot

launcher = Kind(
    "launcher",
    gives="callable: (tasks, jobs) to an iterator of how they ended",
    contract="srkit.testing.launcher:launcher",
    room="srkit.launchers",
)


class Task(NamedTuple):
    """A process that a launcher is to run.

    ``command`` is a program and its arguments. It reads and writes files only, stops when its
    standard input is closed, and resumes when it is run again. Its standard output and standard
    error go to the file ``output``.
    """

    name: str
    command: tuple[str, ...]
    output: Path


class Ended(NamedTuple):
    """A task that has ended. ``code`` is its exit status, 0 for success, negative if a signal ended it."""

    name: str
    code: int


class LauncherFn(Protocol):
    """Runs tasks somewhere."""

    def __call__(self, tasks: Sequence[Task], jobs: int | None, /) -> Iterator[Ended]:
        """Run ``tasks``, ``jobs`` of them at a time (None: as many as is best), and yield each when it has ended.

        Closing the iterator, a generator, stops what is still running. Until then each task has an
        open standard input.
        """
        ...


if TYPE_CHECKING:
    Launcher: TypeAlias = Slot[LauncherFn]
else:
    Launcher = launcher.slot
