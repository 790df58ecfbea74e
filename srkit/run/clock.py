"""The time and speed of a training, without the time that readers of its records take."""

from __future__ import annotations

import time

WARM_UP = 3
"""Steps at the start that do not count, while caches fill and memory is allocated."""


class Clock:
    """The time that a training has taken; it is stopped while the caller handles a record.

    Args:
        seconds: The time that it took before this process resumed it, in seconds.
    """

    def __init__(self, seconds: float = 0.0) -> None:
        self._before, self._since = seconds, time.monotonic()
        self._running = True

    @property
    def seconds(self) -> float:
        """Seconds until now, or until it was stopped."""
        return self._before + (time.monotonic() - self._since if self._running else 0.0)

    def stop(self) -> None:
        """Stop the clock."""
        self._before, self._running = self.seconds, False

    def go(self) -> None:
        """Start the clock again."""
        self._since, self._running = time.monotonic(), True


class Pace:
    """The speed of steps, without the time between them.

    Args:
        batch: Number of crops in a step.
        clock: The clock of the training.
    """

    def __init__(self, batch: int, clock: Clock) -> None:
        self._batch, self._clock, self._last = batch, clock, clock.seconds
        self._done = self._steps = 0
        self._took = self._mean = 0.0

    def step(self) -> None:
        """Count a step that has just ended."""
        self._take()
        self._steps += 1

    def skip(self) -> None:
        """Leave out the time since the last step."""
        self._last = self._clock.seconds

    def lap(self) -> tuple[float, float]:
        """Return the mean seconds of a step since the last call, and a moving average of crops per second.

        On a GPU, read the loss of the last step first: a step ends when its loss can be read.
        """
        self._take()
        own = self._took / max(self._steps, 1)
        old = 0.0 if self._done <= WARM_UP else 0.9**self._steps
        self._mean = old * self._mean + (1 - old) * own
        self._done += self._steps
        self._steps, self._took = 0, 0.0
        return own, self._batch / max(self._mean, 1e-9)

    def _take(self) -> None:
        now = self._clock.seconds
        self._took, self._last = self._took + now - self._last, now
