"""What is told of work on images that may last for minutes. It is silent unless a command shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Watcher:
    """Follows the reading of many images; this one shows nothing."""

    @contextmanager
    def counting(self, title: str, total: int) -> Iterator[Callable[[int], None]]:  # noqa: ARG002 - for others
        """Yield a function that is called with the number of images that were done since its last call.

        Args:
            title: What is done, such as "reading headers".
            total: The number of images.
        """
        yield lambda _: None

    def say(self, text: str) -> None:
        """Tell something that the user should know, though the work goes on."""


WATCHER: ContextVar[Watcher] = ContextVar("watcher", default=Watcher())  # noqa: B039 - it has no state
"""Follows the work of this thread; a command sets one that shows a progress bar."""
