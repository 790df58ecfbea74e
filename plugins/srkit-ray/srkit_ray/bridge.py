"""The process that speaks to Ray: orders come in by its standard input, messages go out by its standard output.

The first line of the input holds the orders, a JSON object. When the input ends, all trials are stopped. Each line
of the output is a JSON list: ``["ended", task, code, reason]``, ``["note", text]`` or ``["problem", text]``.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from srkit_ray.errors import ClusterError
from srkit_ray.launcher import ADDRESS

CONNECT = 40.0
"""Seconds for Ray to connect, once its port is open."""

LOST = 20.0
"""Seconds without an answer of the head after which the cluster counts as lost."""

STUCK = 120.0
"""Seconds that one call of Ray may take."""

LAST_WORDS = 15.0
"""Seconds to stop all trials once the input has ended."""

START = "start one by 'ray start --head', or give another launcher.address"
AGAIN = "when it is back, give the same command again to go on"


class Bridge:
    """The connection between the launcher and the cluster, and the watch over it."""

    def __init__(self) -> None:
        self.out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)  # what Ray prints is no message
        self.lock = threading.Lock()
        self.stop = threading.Event()
        self.turned = time.monotonic()
        self.patience = CONNECT
        self.head: tuple[str, int] | None = None
        self.end_tasks: Callable[[], None] = lambda: None

    def say(self, *message: Any) -> None:
        """Send a message to the launcher."""
        with self.lock:
            self.out.write(json.dumps(message) + "\n")
            self.out.flush()

    def turn(self) -> bool:
        """Note that Ray answers; return whether to go on."""
        self.turned = time.monotonic()
        return not self.stop.is_set()

    def listen(self) -> None:
        """Wait for the end of the input, and see that this process ends soon after it."""
        while os.read(0, 4096):
            pass
        self.stop.set()
        time.sleep(LAST_WORDS)
        os._exit(1)

    def watch(self) -> None:
        """End this process with a message if Ray does not answer; a call of Ray may otherwise last forever."""
        answered = time.monotonic()
        while True:
            time.sleep(2)
            now = time.monotonic()
            if self.head is None or reachable(*self.head) is None:
                answered = now
            if now - answered > LOST and self.head is not None:
                self.fail(f"{self.head[0]}:{self.head[1]}: the head of the cluster no longer answers; {AGAIN}")
            if now - self.turned > self.patience:
                self.fail(f"the cluster did not answer within {self.patience:.0f} seconds; {START}")

    def fail(self, problem: str) -> None:
        """Report a problem, stop all trials and end this process, whatever it is doing."""
        self.say("problem", problem)
        with suppress(Exception):  # without a head, the nodes would run them for another minute
            self.end_tasks()
        os._exit(1)


def reachable(host: str, port: int) -> str | None:
    """Return why nothing answers at a place; None if something does."""
    try:
        socket.create_connection((host, port), timeout=5).close()
    except OSError as error:
        return error.strerror or str(error)
    return None


def place(address: str) -> tuple[str, int]:
    """Return host and port of an address."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def found(address: str) -> str:
    """Return the address to connect to.

    Raises:
        ClusterError: Nothing answers there.
    """
    if address == "auto":
        address = os.environ.get("RAY_ADDRESS", address)
    if not ADDRESS.fullmatch(address):
        raise ClusterError(f"RAY_ADDRESS: wants host:port of a cluster, got {address!r}; give launcher.address")
    if address != "auto" and (reason := reachable(*place(address))):
        raise ClusterError(
            f"{address}: wants the head of a Ray cluster, found nothing that answers: {reason}; {START}"
        )
    return address


def run(bridge: Bridge, orders: dict[str, Any]) -> None:
    """Run the tasks of the orders.

    Raises:
        ClusterError: The cluster cannot run them.
    """
    address = found(orders["address"])
    from srkit_ray.cluster import (
        Cluster,  # Ray takes a second to import, and a wrong address should be told at once
    )
    from srkit_ray.schedule import Schedule

    cluster = Cluster(address, orders["cpus"], orders["gpus"])
    bridge.head, bridge.patience = place(cluster.head), STUCK
    schedule = Schedule(cluster, orders, bridge.say)
    bridge.end_tasks = schedule.end_tasks
    try:
        schedule.run(bridge.turn)
    finally:
        schedule.stop()


def main() -> None:
    """Read the orders and follow them."""
    bridge = Bridge()
    orders = json.loads(os.fdopen(os.dup(0), "rb", buffering=0).readline())
    for job in (bridge.listen, bridge.watch):
        threading.Thread(target=job, daemon=True).start()
    try:
        run(bridge, orders)
    except ClusterError as problem:
        bridge.fail(str(problem))
    sys.stderr.flush()
    os._exit(0)  # Ray's own end takes seconds, and its workers end without it


if __name__ == "__main__":
    main()
