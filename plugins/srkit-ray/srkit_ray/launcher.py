"""The launcher ``ray``."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import IO, Annotated, Any

import srkit
from srkit.errors import RunError
from srkit.installed import installed
from srkit.parts.launcher import Ended, Task, thread_limits
from srkit_ray.manifest import manifest

LAST_WORDS = 20.0
"""Seconds for the bridge to stop all trials and to end."""

ADDRESS = re.compile(r"auto|[^/\s]+:\d+")
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # otherwise Ray warns of what a later version does
    "PYTHONWARNINGS": "ignore",
}


@srkit.launcher("ray")
class Ray:
    """Runs arms on the nodes of a Ray cluster, and brings their files back into the folder of the study.

    Ray itself runs in a process of its own, the bridge, so that nothing it prints reaches the terminal, and so that
    a cluster that is lost ends in a message.

    Args:
        address: Address of the cluster, ``host:port``; auto is ``RAY_ADDRESS``, or the cluster of this machine.
        cpus: Cores that a trial occupies on its node; null is as many as it has threads.
        gpus: GPUs that a trial occupies on its node; with a fraction, several trials share one.
        threads: Threads that each trial computes with.
        retries: How often a trial is tried again whose worker has died.
    """

    @srkit.limited
    def __init__(
        self,
        *,
        address: str = "auto",
        cpus: Annotated[float, srkit.Range(above=0)] | None = None,
        gpus: Annotated[float, srkit.Range(0)] = 0,
        threads: Annotated[int, srkit.Range(1)] = 1,
        retries: Annotated[int, srkit.Range(0)] = 3,
    ) -> None:
        if not ADDRESS.fullmatch(address):
            raise ValueError(f"address: wants auto, or host:port of a cluster, got {address!r}")
        for name, amount in (("cpus", cpus), ("gpus", gpus)):
            if amount is not None and amount > 1 and amount != int(amount):
                raise ValueError(f"{name}: wants a whole number or less than 1, got {amount}")
        self.address, self.threads, self.retries = address, threads, retries
        self.cpus, self.gpus = threads if cpus is None else cpus, gpus

    def __call__(self, tasks: Sequence[Task], jobs: int | None = None, /) -> Iterator[Ended]:
        """Run ``tasks`` and yield each when it has ended; None runs as many at a time as the cluster has room for.

        Raises:
            RunError: No cluster answers, no node of it has what a trial wants, the packages of a node differ from
                those here, or the cluster is lost.
        """
        left = {task.name for task in tasks}
        if not left:
            return
        if find_spec("ray") is None:
            raise RunError("launcher ray: wants the package ray, found none; pip install srkit-ray")
        with self._bridge(self._orders(tasks, jobs)) as messages:
            while left:
                kind, *values = next(messages)
                if kind == "ended":
                    ended = Ended(*values)
                    left.remove(ended.name)
                    yield ended
                elif kind == "note":
                    logging.getLogger("srkit_ray").warning("%s", *values)
                else:
                    raise RunError(f"launcher ray: {values[0]}")

    def _orders(self, tasks: Sequence[Task], jobs: int | None) -> dict[str, Any]:
        plugins = sorted({point.dist.name for point in installed() if point.dist is not None})
        variables = thread_limits(self.threads) | {"SRKIT_PLUGINS": ",".join(plugins)}
        if not self.gpus:
            variables["CUDA_VISIBLE_DEVICES"] = ""  # a trial must not take a GPU that it does not occupy
        return {
            "address": self.address,
            "cpus": self.cpus,
            "gpus": self.gpus,
            "retries": self.retries,
            "jobs": jobs,
            "manifest": manifest(plugins),
            "plugins": plugins,
            "variables": variables,
            "tasks": [
                {
                    "name": task.name,
                    "arguments": list(task.arguments),
                    "folder": str(task.folder.resolve()),
                    "output": task.output.relative_to(task.folder).as_posix(),
                }
                for task in tasks
            ],
        }

    @contextmanager
    def _bridge(self, orders: dict[str, Any]) -> Iterator[Iterator[list[Any]]]:
        """Start the bridge and yield its messages; it stops all trials when its standard input is closed."""
        with tempfile.TemporaryFile() as noise:
            process = subprocess.Popen(
                (sys.executable, "-P", "-m", "srkit_ray.bridge"),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=noise,
                env=os.environ | QUIET | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                start_new_session=True,  # Ctrl-C reaches this process alone, which stops the bridge
            )
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                with suppress(BrokenPipeError):  # it has died already, and its last words say why
                    process.stdin.write(json.dumps(orders).encode() + b"\n")
                    process.stdin.flush()
                yield _messages(process, process.stdout, noise)
            finally:
                with suppress(BrokenPipeError):
                    process.stdin.close()
                try:
                    process.wait(LAST_WORDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                process.stdout.close()


def _messages(process: subprocess.Popen[bytes], lines: IO[bytes], noise: IO[bytes]) -> Iterator[list[Any]]:
    for line in lines:
        yield json.loads(line)
    code = process.wait()
    noise.seek(0)
    last = noise.read().decode(errors="replace").strip().rpartition("\n")[2]
    raise RunError(
        f"launcher ray: the connection to the cluster ended with status {code}: {last}; "
        "give the same command again to go on"
    )
