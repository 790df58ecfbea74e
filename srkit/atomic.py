"""Files that are written whole or not at all."""

from __future__ import annotations

import glob
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

UMASK = os.umask(0)
os.umask(UMASK)  # it cannot be read without being set


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a temporary path in the folder of ``path``; move it there when the block ends well.

    After a crash, a full disk or a SIGKILL the old file is still the old file.
    The data are on the disk before the name is, so that a power cut cannot
    leave an empty file under a good name.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")  # two containers may share a pid
    try:
        yield temporary
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~UMASK)  # some writers make files that only their owner may read
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def sweep(path: Path) -> None:
    """Remove what processes that were killed while they wrote ``path`` left behind.

    For a file that one process at a time writes: another's temporary file would be swept from under it.
    """
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        left.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8, whole or not at all."""
    with whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
