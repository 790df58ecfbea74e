"""A launcher of processes on this machine."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from queue import Queue
from typing import Annotated

import torch

import srkit
from srkit.parts.launcher import Ended, Task, thread_limits

LAST_WORDS = 10.0
"""Seconds for a process to end by itself once its standard input is closed."""


@dataclass
class _Running:
    task: Task
    process: subprocess.Popen[bytes]
    place: int


@srkit.launcher("local")
class Local:
    """Runs arms in processes on this machine at the same time, each on its own GPU if there are several.

    Every process computes with the same number of threads, however many processes run: another number
    of threads changes the order of sums, and ``jobs`` must not change a score.

    Args:
        threads: Threads that each process computes with.
    """

    @srkit.limited
    def __init__(self, *, threads: Annotated[int, srkit.Range(1)] = 1) -> None:
        self.threads = threads

    def __call__(self, tasks: Sequence[Task], jobs: int | None = None, /) -> Iterator[Ended]:
        """Run ``tasks`` and yield each when it has ended; None runs one a GPU, or as many as the cores allow."""
        waiting, ended = list(tasks), Queue[_Running]()
        running: dict[int, _Running] = {}
        try:
            while waiting or running:
                while waiting and len(running) < (jobs or self.best()):
                    place = next(index for index in range(len(running) + 1) if index not in running)
                    running[place] = self._start(waiting.pop(0), place, ended)
                done = ended.get()
                del running[done.place]
                _stop(done.process)
                yield Ended(done.task.name, done.process.returncode)
        finally:
            for one in running.values():
                _stop(one.process)

    def best(self) -> int:
        """Return how many tasks run at the same time by default."""
        return torch.cuda.device_count() or max(1, _cores() // self.threads)

    def _start(self, task: Task, place: int, ended: Queue[_Running]) -> _Running:
        with open(task.output, "wb") as output:
            process = subprocess.Popen(
                task.command,
                stdin=subprocess.PIPE,  # open as long as this process lives: all tasks notice when it dies
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ | self._environment(place),
                start_new_session=True,  # Ctrl-C reaches this process alone, which stops the others
            )
        one = _Running(task, process, place)

        def wait() -> None:
            process.wait()
            ended.put(one)

        threading.Thread(target=wait, name=f"srkit-{task.name}", daemon=True).start()
        return one

    def _environment(self, place: int) -> dict[str, str]:
        values = thread_limits(self.threads)
        if (count := torch.cuda.device_count()) > 1:
            visible = os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")
            device = place % count
            values["CUDA_VISIBLE_DEVICES"] = visible[device] if len(visible) == count else str(device)
        return values


def _cores() -> int:
    """Return how many cores this process may use: a scheduler or ``taskset`` may give it fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _stop(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(LAST_WORDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
