"""One process at a time, by a lock that goes when its process does, however it ends."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

UNKNOWN = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
"""What file systems say that have no locks; there nobody is kept out."""


@contextmanager
def alone(path: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock file ``path``, which stays.

    Args:
        path: In a folder that exists.
        wait: Wait for another process that holds it.

    Raises:
        BlockingIOError: Another holds it, and ``wait`` is not set.
        OSError: The file cannot be made.
    """
    # a soft lock, which filelock takes where there is no other, would stay when its process is killed
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
