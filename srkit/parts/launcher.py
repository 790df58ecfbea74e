"""Launchers, which run the arms of a study."""

from __future__ import annotations

import sys
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
    """A Python program that a launcher is to run on a folder: ``python *arguments folder``.

    It writes below ``folder`` alone, and reads nothing but that folder and the images and weights that the config
    in it names. It stops when its standard input is closed. When it is run again it goes on where it was, also on
    a copy of the folder, by another Python on another machine that has the same packages, images and weights.
    Its standard output and standard error go to ``output``, a file in the folder.
    """

    name: str
    arguments: tuple[str, ...]
    folder: Path
    output: Path

    @property
    def command(self) -> tuple[str, ...]:
        """The program and its arguments on this machine."""
        return sys.executable, *self.arguments, str(self.folder)


class Ended(NamedTuple):
    """A task that has ended.

    ``code`` is its exit status: 0 for success, negative if a signal ended it. ``reason`` is one line that says why
    it failed, if the launcher knows more than the code.
    """

    name: str
    code: int
    reason: str | None = None


def thread_limits(threads: int) -> dict[str, str]:
    """Return the environment variables with which a task computes with so many threads.

    Another number of threads changes the order of sums, and so the last bits of every result.
    """
    return dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads))


class LauncherFn(Protocol):
    """Runs tasks somewhere."""

    def __call__(self, tasks: Sequence[Task], jobs: int | None, /) -> Iterator[Ended]:
        """Run ``tasks``, ``jobs`` of them at a time (None: as many as is best), and yield each when it has ended.

        By then the task's folder here has all files that it wrote. Closing the iterator, a generator, stops what is
        still running. Until then each task has an open standard input.

        Raises:
            RunError: The tasks cannot be run at all, for example because no machine answers.
        """
        ...


if TYPE_CHECKING:
    Launcher: TypeAlias = Slot[LauncherFn]
else:
    Launcher = launcher.slot
