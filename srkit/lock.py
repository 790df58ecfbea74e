"""One process at a time, by a lock that goes when its process does, however it ends."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UNKNOWN = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
"""What file systems say that have no locks; there nobody is kept out."""


@contextmanager
def alone(path: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock file ``path``, which stays; on Windows nobody is kept out.

    Args:
        path: In a folder that exists.
        wait: Wait for another process that holds it.

    Raises:
        BlockingIOError: Another holds it, and ``wait`` is not set.
        OSError: The file cannot be made.
    """
    with open(path, "a", encoding="utf-8") as file:
        try:
            import fcntl
        except ImportError:
            yield
            return
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError as error:
            if error.errno not in UNKNOWN:
                raise
        yield
