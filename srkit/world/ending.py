"""The end of processes that train together, when one of them fails: one message, whoever is the first to know.

A process that fails claims the word in the store by which the processes have found each other, and prints its
message. The others lose the connection to it, find the word taken, and end without a message of their own. They
wait until it is printed, since torchrun ends all processes as soon as one has ended.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import time
import traceback
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from torch._C._distributed_c10d import Store

from srkit.errors import SrkitError
from srkit.world.world import FailedElsewhereError, World

WAIT = timedelta(seconds=20)
"""Longest wait for the message of another process, which may have to save the state of the training first."""

LINGER = 3.0
"""Longest time in seconds that the process with the store waits for the others, which may be gone."""

CLAIM, SAID, HEARD = "srkit/ending/claim", "srkit/ending/said", "srkit/ending/heard"


def tell(error: BaseException, store: Store, world: World) -> int:
    """Print the message of an error in one of all processes, and return the exit code of this one.

    Args:
        error: The error that ends this process.
        store: The store by which the processes have found each other; it may be gone.
        world: The processes.
    """
    store_gone = False
    try:
        store.set_timeout(WAIT)
        if isinstance(error, FailedElsewhereError) or store.add(CLAIM, 1) > 1:
            store.wait([SAID], WAIT)
            store.add(HEARD, 1)
            return _code(error)
    except (RuntimeError, ValueError):  # the node of the store is gone, or the other process before it said a word
        store_gone = True
    text = message(error, world)
    print(text, file=sys.stderr, flush=True)
    _report(text)
    if not store_gone:
        with suppress(RuntimeError, ValueError):
            store.set(SAID, "1")
            _linger(store, world)
    return _code(error)


def _linger(store: Store, world: World) -> None:
    """Keep the store until the others have read it, where it is this process that has it and not torchrun."""
    if world.first and os.environ.get("TORCHELASTIC_USE_AGENT_STORE") != "True":
        end = time.monotonic() + LINGER
        while store.add(HEARD, 0) < world.size - 1 and time.monotonic() < end:
            time.sleep(0.05)


def message(error: BaseException, world: World) -> str:
    """Return what is printed of an error: an SrkitError bare, a bug with its traceback."""
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    text = str(error) if isinstance(error, SrkitError) else "".join(traceback.format_exception(error)).rstrip()
    return text if world.first else f"{text}\n    in process {world.rank} of {world.size}, on {platform.node()}"


def _code(error: BaseException) -> int:
    if isinstance(error, KeyboardInterrupt):
        return 130
    return 2 if isinstance(error, SrkitError) else 1


def _report(text: str) -> None:
    """Write the message where torchrun looks for it, so that its own report of the failure quotes it."""
    if file := os.environ.get("TORCHELASTIC_ERROR_FILE"):
        details = {"py_callstack": text, "timestamp": str(int(time.time()))}
        with suppress(OSError):
            Path(file).write_text(
                json.dumps({"message": {"message": text, "extraInfo": details}}), encoding="utf-8"
            )
