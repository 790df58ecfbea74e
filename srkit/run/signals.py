"""Holding signals back while a state is being changed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

STRIKES = 3
"""Number of signals after which they are no longer held, so that a step that hangs can be ended."""


@dataclass
class Held:
    """The state of a block that holds signals: ``struck`` tells whether one waits for its end."""

    struck: bool = False


@contextmanager
def held() -> Iterator[Held]:
    """Hold back Ctrl-C, and SIGTERM if Python catches it, until the block ends; the third signal is not held.

    A signal that Python does not catch is not changed: it ends the process at once, as SIGKILL does.
    Outside the main thread nothing is held, since signals do not arrive there.
    """
    if threading.current_thread() is not threading.main_thread():
        yield Held()
        return
    known = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    before = {number: handler for number, handler in known.items() if callable(handler)}
    caught: list[int] = []
    waiting = Held()

    def note(number: int, frame: FrameType | None) -> None:
        caught.append(number)
        waiting.struck = True
        if len(caught) >= STRIKES:
            before[signal.Signals(number)](number, frame)

    for number in before:
        signal.signal(number, note)
    try:
        yield waiting
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if caught:
        before[signal.Signals(caught[0])](caught[0], None)
