"""A launcher of the runs of a study for srkit."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import srkit
from srkit.parts.launcher import Ended, Task


@srkit.launcher("starter")
class Starter:
    """Runs one arm after the other, on this machine."""

    def __call__(self, tasks: Sequence[Task], jobs: int | None, /) -> Iterator[Ended]:  # noqa: ARG002
        """Run the tasks, and yield each when it has ended; closing the iterator stops the one that runs."""
        for task in tasks:
            with open(task.output, "wb") as output:
                process = subprocess.Popen(
                    task.command, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT
                )
            try:
                process.wait()
            finally:
                process.communicate()  # closes its input, and waits for it to end
            yield Ended(task.name, process.returncode)


@srkit.hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the parts of this package to srkit."""
    return [Starter]
