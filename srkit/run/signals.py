"""Signals that wait until what must not be torn is whole."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

STRIKES = 3
"""The signal that is not held any more: a step that hangs must not keep its user for ever."""


@dataclass
class Held:
    """Whether a signal waits for the end of a block."""

    struck: bool = False


@contextmanager
def held() -> Iterator[Held]:
    """Let Ctrl-C wait for the end of the block, and SIGTERM too where it is caught; the third one strikes within.

    Where Python does not catch a signal it is left alone: the process ends at once, as by SIGKILL.
    Outside the main thread there is nothing to hold: signals do not come there.
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
