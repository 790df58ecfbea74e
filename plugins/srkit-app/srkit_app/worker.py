"""The one thread that enlarges photographs, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from threading import Condition, Thread

from srkit_app.work import Work


class Worker:
    """Does works in the order in which they came.

    Args:
        run: Does one work.
        changed: Called when the places in the queue have changed.
    """

    def __init__(self, run: Callable[[Work], None], changed: Callable[[], None]) -> None:
        self._run, self._changed = run, changed
        self._queue: list[Work] = []
        self._now: Work | None = None
        self._ended = False
        self._wake = Condition()
        self._thread = Thread(target=self._loop, name="srkit-app worker", daemon=True)
        self._thread.start()

    def add(self, work: Work) -> None:
        """Put a work at the end of the queue; its photograph is held until it has left the queue."""
        work.photograph.hold()
        with self._wake:
            self._queue.append(work)
            self._wake.notify()

    def stop(self, work: Work) -> None:
        """Take a work out of the queue, or have it end after the tile that it computes."""
        with self._wake:
            work.stop = True
            waiting = work in self._queue
            if waiting:
                self._queue.remove(work)
                work.state = "stopped"
        if waiting:
            work.photograph.release()
            self._changed()

    def ahead(self, work: Work) -> int:
        """Return how many works are done before this one."""
        with self._wake:
            return self._queue.index(work) + (self._now is not None) if work in self._queue else 0

    @property
    def ended(self) -> bool:
        """Whether the thread has ended."""
        return not self._thread.is_alive()

    def end(self) -> None:
        """Stop everything; the thread ends after the tile that it computes."""
        with self._wake:
            works = [*self._queue, *([] if self._now is None else [self._now])]
            self._ended = True
            self._wake.notify()
        for work in works:
            self.stop(work)

    def _loop(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._queue or self._ended)
                if self._ended:
                    return
                work = self._now = self._queue.pop(0)
            self._changed()
            try:
                self._run(work)
            finally:
                with self._wake:
                    self._now = None
                work.photograph.release()
