"""Files that are written whole or not at all."""

from __future__ import annotations

import glob
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST_NAME = 255
"""Bytes that the name of a file may have on the file systems in use."""

UMASK = os.umask(0)
os.umask(UMASK)  # the mask can only be read by setting it


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``, and rename it to ``path`` if the block ends without an error.

    After a crash, a full disk or a SIGKILL the old file is unchanged. The data
    reach the disk before the new name does, so that a power cut cannot leave
    an empty file under that name.
    """
    # a random name: two containers that share the folder may have equal process ids
    temporary = path.with_name(f"{_start(path)}{secrets.token_hex(6)}.part")
    try:
        yield temporary
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~UMASK)  # some writers create files that only their owner may read
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _start(path: Path) -> str:
    """Return the start of the names of temporary files, which stay within the 255 bytes that a name may have."""
    name = path.name
    if len(os.fsencode(name)) > LONGEST_NAME - 20:
        name = hashlib.sha256(os.fsencode(name)).hexdigest()[:32]
    return f".{name}."


def sweep(path: Path) -> None:
    """Remove the temporary files of processes that were killed while they wrote ``path``.

    Only one process at a time may write ``path``: the temporary file of another would be removed too.
    """
    for left in path.parent.glob(f"{glob.escape(_start(path))}*.part"):
        left.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` as UTF-8, whole or not at all."""
    with whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
