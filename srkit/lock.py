"""A lock between processes that is released when its process ends, in whatever way."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

UNKNOWN = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
"""Errors of file systems without locks; on them no other process is kept out."""


@contextmanager
def alone(path: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock file ``path``, which is not deleted.

    Args:
        path: The lock file, in a folder that exists.
        wait: Whether to wait for another process that holds it.

    Raises:
        BlockingIOError: Another process holds it, and ``wait`` is not set.
        OSError: The file cannot be made.
    """
    # a soft lock, which filelock falls back to, would stay when its process is killed
    lock = FileLock(path, blocking=wait, fallback_to_soft=False)
    with ExitStack() as held:
        try:
            held.enter_context(lock)
        except Timeout:
            raise BlockingIOError(errno.EAGAIN, "held by another process", str(path)) from None
        except OSError as error:
            if error.errno not in UNKNOWN:
                raise
        yield
