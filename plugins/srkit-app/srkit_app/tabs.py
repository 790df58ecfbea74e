"""The open tabs of the page. Everything that a tab brought or made is forgotten when the tab closes."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from srkit_app.photograph import Photograph
from srkit_app.work import Work
from srkit_app.worker import Worker

HEARTBEAT = 5.0
"""Seconds after which a tab that hears nothing is sent an empty line, which finds out that it is gone."""
PAUSE = 0.1
"""Seconds between two states that a tab is sent."""


@dataclass(eq=False)
class Tab:
    """A tab, with one photograph at a time.

    Args:
        loop: The loop that answers the tab's requests.
        id: Its name, which cannot be guessed: it stands in the addresses of its pictures.
    """

    loop: asyncio.AbstractEventLoop
    id: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    photograph: Photograph | None = None
    work: Work | None = None
    open: bool = True
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def notify(self) -> None:
        """Say that there may be news; from any thread."""
        with suppress(RuntimeError):  # the server ends, and its loop is closed
            self.loop.call_soon_threadsafe(self._news.set)

    async def news(self) -> bool:
        """Wait for news, and return whether there may be some; no longer than a heartbeat."""
        try:
            async with asyncio.timeout(HEARTBEAT):
                await self._news.wait()
        except TimeoutError:
            return False
        self._news.clear()
        return True

    def take(self, photograph: Photograph, worker: Worker) -> None:
        """Take a photograph in the place of the one before it."""
        self.leave(worker)
        self.photograph = photograph

    def leave(self, worker: Worker) -> None:
        """Forget the photograph, and stop the work on it."""
        self.stop(worker)
        self.work = None
        if self.photograph is not None:
            self.photograph.release()
            self.photograph = None

    def stop(self, worker: Worker) -> None:
        """Stop the work, if it is not finished."""
        if self.work is not None:
            worker.stop(self.work)

    def described(self, worker: Worker) -> dict[str, Any] | None:
        """Return the state of the work for the page; None if there is none."""
        work = self.work
        return None if work is None else work.described() | {"ahead": worker.ahead(work)}
