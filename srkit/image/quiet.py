"""Pillow without its warnings, which do not name the file."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_PILLOW = threading.Lock()  # warnings can only be silenced for all threads at once


@contextmanager
def quiet() -> Iterator[None]:
    """Silence warnings, such as those about damaged EXIF, which is left out; one thread at a time."""
    with _PILLOW, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
