"""How long a training takes, and how fast it goes, without what others do meanwhile."""

from __future__ import annotations

import time

WARM_UP = 3
"""Steps at the start that do not count: caches are cold and memory is being taken."""


class Clock:
    """The time that a training has taken; it stands still while somebody else looks at a record.

    Args:
        seconds: What it took before this process went on with it.
    """

    def __init__(self, seconds: float = 0.0) -> None:
        self._before, self._since = seconds, time.monotonic()
        self._running = True

    @property
    def seconds(self) -> float:
        """Seconds up to now, or to when it was stopped."""
        return self._before + (time.monotonic() - self._since if self._running else 0.0)

    def stop(self) -> None:
        """Stand still."""
        self._before, self._running = self.seconds, False

    def go(self) -> None:
        """Run on."""
        self._since, self._running = time.monotonic(), True


class Pace:
    """How fast steps are taken, without what happens between them.

    Args:
        batch: Crops in a step.
        clock: That of the training.
    """

    def __init__(self, batch: int, clock: Clock) -> None:
        self._batch, self._clock, self._last = batch, clock, clock.seconds
        self._done = self._steps = 0
        self._took = self._mean = 0.0

    def step(self) -> None:
        """Count one more step, which ends now."""
        self._take()
        self._steps += 1

    def skip(self) -> None:
        """Do not count the time since the last step."""
        self._last = self._clock.seconds

    def lap(self) -> tuple[float, float]:
        """Return the seconds of a step since the last call, and the crops a second of a mean that forgets slowly.

        On a GPU a step is over when its loss is there: read that first.
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
