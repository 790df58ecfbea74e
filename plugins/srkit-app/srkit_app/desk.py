"""What the server has: the open tabs, the worker, and the limits that keep memory and disk bounded."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from srkit.errors import SrkitError
from srkit.image.codec import MAX_PIXELS
from srkit_app.networks import Networks
from srkit_app.order import Order
from srkit_app.tabs import Tab
from srkit_app.work import Work
from srkit_app.worker import Worker


class Refusal(SrkitError):  # noqa: N818 - it is an answer
    """A request is refused, with a status of HTTP."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True)
class Limits:
    """The limits of the server.

    Args:
        upload: Most bytes of a photograph's file.
        pixels: Most pixels of a photograph.
        results: Most bytes of all results together; the last one is kept whatever its size.
        tabs: Most open tabs.
        uploads: Most photographs that are sent at the same time.
        silence: Seconds that a sender may be silent.
    """

    upload: int = 500 * 10**6
    pixels: int = MAX_PIXELS
    results: int = 10**9
    tabs: int = 16
    uploads: int = 4
    silence: float = 20.0


class Desk:
    """Keeps the tabs and gives their works to the worker.

    Args:
        networks: What enlarges.
        place: The folder for temporary files.
        limits: The limits.
    """

    def __init__(self, networks: Networks, place: Path, limits: Limits) -> None:
        self.networks, self.place, self.limits = networks, place, limits
        self.tabs: dict[str, Tab] = {}
        self.uploads = asyncio.Semaphore(limits.uploads)
        self.worker = Worker(self._run, self._notify)
        self.closing = False
        self._numbers = count(1)

    def open_tab(self) -> Tab:
        """Return a new tab.

        Raises:
            Refusal: There are too many.
        """
        if len(self.tabs) >= self.limits.tabs:
            raise Refusal(503, f"srkit-app: wants at most {self.limits.tabs} open tabs; close one of them")
        tab = Tab(asyncio.get_running_loop())
        self.tabs[tab.id] = tab
        return tab

    def close_tab(self, tab: Tab) -> None:
        """Forget a tab, and stop its work."""
        tab.open = False
        tab.leave(self.worker)
        self.tabs.pop(tab.id, None)

    def tab(self, name: str) -> Tab:
        """Return an open tab.

        Raises:
            Refusal: It is closed.
        """
        if name not in self.tabs:
            raise Refusal(404, "srkit-app: this tab is no longer known; load the page again")
        return self.tabs[name]

    def plan(self, tab: Tab, order: Order) -> Work:
        """Return the work of an order, which is not begun.

        Raises:
            Refusal: The tab has no photograph.
        """
        if tab.photograph is None:
            raise Refusal(409, "srkit-app: wants a photograph first; drop one on the page")
        return Work(next(self._numbers), tab.photograph, order, tab.notify)

    def begin(self, tab: Tab, work: Work) -> None:
        """Give a tab's work to the worker, in the place of the one before it."""
        tab.stop(self.worker)
        tab.work = work
        self.worker.add(work)
        tab.notify()

    def close(self) -> None:
        """Stop all works, and end the streams of all tabs."""
        self.closing = True
        self._notify()
        self.worker.end()

    def _run(self, work: Work) -> None:
        work.run(self.networks, self.place, self.limits.pixels)
        self._make_room(work)
        self._notify()

    def _make_room(self, last: Work) -> None:
        """Forget the oldest results until all together are within the limit."""
        works = (tab.work for tab in list(self.tabs.values()))
        kept = sorted((work for work in works if work is not None and work.result), key=lambda work: work.number)
        total = sum(work.result.size for work in kept if work.result)
        for work in kept:
            if total <= self.limits.results or work is last:
                return
            total -= work.result.size if work.result else 0
            work.drop("the result was forgotten to make room for later ones; enlarge the photograph again")

    def _notify(self) -> None:
        for tab in list(self.tabs.values()):
            tab.notify()
