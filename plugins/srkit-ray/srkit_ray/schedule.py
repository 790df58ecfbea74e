"""The order in which tasks run on a cluster, and what happens when a worker dies."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import RayError

from srkit_ray.cluster import Cluster, packages, refuse, short
from srkit_ray.errors import ClusterError
from srkit_ray.folder import changes, put

LOOK = 1.0
"""Seconds between two looks at the nodes."""

PULSE = 0.5
"""Seconds between two looks at a task; more where a look takes long, so that looking takes a tenth of the time."""

PATIENCE = 60.0
"""Seconds without any node that has room for a trial, after which the study stops."""

LAST_WORDS = 8.0
"""Seconds for workers to stop their tasks."""


@dataclass
class Attempt:
    """A task, and the worker that it runs on, if it does.

    Args:
        task: Its name, arguments, folder and output.
        avoid: The nodes on which its workers died.
        deaths: How many of its workers died.
        worker: The actor.
        node: The node that the actor is on, once it is known.
        call: The call that is on its way to the actor.
        due: When to call it again, by the monotonic clock.
        asked: When it was called.
    """

    task: dict[str, Any]
    avoid: list[str] = field(default_factory=list)
    deaths: int = 0
    worker: Any = None
    node: str = ""
    call: Any = None
    due: float = 0.0
    asked: float = 0.0

    @property
    def name(self) -> str:
        """The name of the task."""
        return str(self.task["name"])

    @property
    def folder(self) -> Path:
        """The folder of the task, on this machine."""
        return Path(self.task["folder"])


class Schedule:
    """Runs tasks on a cluster.

    Args:
        cluster: The cluster.
        orders: The orders of the launcher.
        say: Sends a message to the launcher.

    Raises:
        ClusterError: No node has what a task wants, or the packages of a node are others.
    """

    def __init__(self, cluster: Cluster, orders: dict[str, Any], say: Callable[..., None]) -> None:
        self.cluster, self.orders, self.say = cluster, orders, say
        self.waiting = [Attempt(task) for task in orders["tasks"]]
        self.running: list[Attempt] = []
        self.ends: list[Any] = []
        self.looked, self.room = 0.0, 0
        self.seen = time.monotonic()
        self.packages = packages(orders)
        cluster.check(self.packages)
        for attempt in self.waiting:
            (attempt.folder / attempt.task["output"]).write_bytes(b"")

    def run(self, turn: Callable[[], bool]) -> None:
        """Run everything; ``turn`` is called again and again, and stops the run when it returns False.

        Raises:
            ClusterError: As above; or there has been no node with room for a task for a while.
        """
        while (self.waiting or self.running) and turn():
            self._look_at_nodes()
            while self.waiting and len(self.running) < (self.orders["jobs"] or self.room):
                self._begin(self.waiting.pop(0))
            now = time.monotonic()
            for attempt in self.running:
                if attempt.call is None and attempt.due <= now:
                    attempt.asked, attempt.call = now, attempt.worker.poll.remote()
            calls = {attempt.call: attempt for attempt in self.running if attempt.call is not None}
            if not calls:
                time.sleep(PULSE / 5)
                continue
            for call in ray.wait(list(calls), timeout=PULSE)[0]:
                self._answer(calls[call])

    def stop(self) -> None:
        """Stop the tasks that are running, and their workers."""
        self.end_tasks()
        for attempt in self.running:
            ray.kill(attempt.worker)
        self.running = []

    def end_tasks(self) -> None:
        """Stop the tasks that are running; this asks their workers and needs no head."""
        self.ends += [attempt.worker.end.remote() for attempt in self.running if attempt.node]
        if self.ends:
            ray.wait(self.ends, num_returns=len(self.ends), timeout=LAST_WORDS)

    def _look_at_nodes(self) -> None:
        """Count the places for tasks, and see that there are any."""
        now = time.monotonic()
        if now - self.looked < LOOK:
            return
        self.looked, nodes = now, self.cluster.nodes()
        self.room = self.cluster.room(nodes)
        if nodes:
            self.seen = now
        elif now - self.seen > PATIENCE:
            raise ClusterError(self.cluster.wanted())

    def _begin(self, attempt: Attempt) -> None:
        files, _ = changes(attempt.folder, {})
        task = attempt.task
        attempt.worker = self.cluster.worker(attempt.avoid)
        attempt.call = attempt.worker.begin.remote(
            task["arguments"], files, task["output"], self.orders["variables"], self.packages
        )
        attempt.node = ""
        self.running.append(attempt)

    def _answer(self, attempt: Attempt) -> None:
        """Take the answer of a worker: where it has begun, or what its task has written."""
        call, attempt.call = attempt.call, None
        try:
            answer = ray.get(call)
        except RayError as error:
            self._lost(attempt, 1, short(error))
            return
        now = time.monotonic()
        if not attempt.node:
            (attempt.node, differences), attempt.due = answer, now
            refuse({self.cluster.title(attempt.node): differences})
            return
        code, files = answer
        put(attempt.folder, files)
        attempt.due = now + max(PULSE, 10 * (now - attempt.asked))
        if code is None:
            return
        if code < 0:
            self._lost(attempt, code, f"its process was ended by signal {-code}")
            return
        self._remove(attempt)
        self.say("ended", attempt.name, code, None)

    def _lost(self, attempt: Attempt, code: int, reason: str) -> None:
        """Try a task again whose worker or process has died, or give it up."""
        self._remove(attempt)
        attempt.deaths += 1
        node = self.cluster.title(attempt.node) if attempt.node else "(not known)"
        if attempt.deaths > self.orders["retries"]:
            times = f"{attempt.deaths} times, the last time" if attempt.deaths > 1 else "once,"
            self.say("ended", attempt.name, code, f"node {node}: its worker died {times}: {reason}")
            return
        if attempt.node:
            attempt.avoid.append(attempt.node)
        again = f"{attempt.name} is tried again, {attempt.deaths} of {self.orders['retries']}"
        with open(attempt.folder / attempt.task["output"], "a", encoding="utf-8") as output:
            output.write(f"node {node}: the worker died: {reason}\n")
        self.say("note", f"node {node}: a worker died\n  {again}")
        self.waiting.insert(0, attempt)

    def _remove(self, attempt: Attempt) -> None:
        self.running.remove(attempt)
        if attempt.node:
            self.ends.append(attempt.worker.end.remote())
        attempt.worker = None  # Ray ends an actor that nobody knows any more
