"""Ctrl-C, so that what was learnt can be saved."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interrupts() -> Iterator[None]:
    """Make SIGTERM what Ctrl-C is; a second of either waits for what the first has to save, the third strikes."""
    count = 0

    def strike(_number: int, _frame: FrameType | None) -> None:
        nonlocal count
        count += 1
        if count != 2:
            raise KeyboardInterrupt

    before = {number: signal.signal(number, strike) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
