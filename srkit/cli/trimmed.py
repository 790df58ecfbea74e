"""Output without spaces at the ends of lines, for files and other programs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any, TextIO


class Trimmed:
    """A text stream that leaves out the spaces at the ends of lines; everything else is that of ``stream``."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._held = stream, ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write ``text``; spaces at its end wait for what follows them."""
        *lines, last = (self._held + text).split("\n")
        kept = last.rstrip(" ")
        self._stream.write("".join(f"{line.rstrip(' ')}\n" for line in lines) + kept)
        self._held = last[len(kept) :]
        return len(text)


@contextmanager
def trimmed_output() -> Iterator[None]:
    """Leave out the spaces with which tables and help are padded, unless standard output is a terminal."""
    if sys.stdout.isatty():
        yield
    else:
        with redirect_stdout(Trimmed(sys.stdout)):
            yield
