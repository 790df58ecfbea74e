"""The folder for temporary files, which is removed at the end, or by the next start after a crash."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISDIR

from filelock import FileLock

START, LOCK = "srkit-app-", "lock"


@contextmanager
def workplace() -> Iterator[Path]:
    """Yield an empty folder that only this user can read; remove it at the end, and those of killed processes.

    Raises:
        OSError: There is no folder for temporary files, or it is full.
    """
    folder = Path(tempfile.mkdtemp(prefix=START))
    lock = FileLock(folder / LOCK, blocking=False, fallback_to_soft=False)
    with suppress(OSError):  # without locks no later process removes this folder, which is the safe side
        lock.acquire()
    remove_left(folder)
    try:
        yield folder
    finally:
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)


def remove_left(own: Path) -> None:
    """Remove the folders of this user's processes that are gone, since no process holds their locks.

    Args:
        own: The folder of this process, which is kept.
    """
    owner = own.lstat().st_uid
    for folder in own.parent.glob(f"{START}*"):
        if folder == own or not _is_folder_of(folder, owner) or not (folder / LOCK).is_file():
            continue
        lock = FileLock(folder / LOCK, blocking=False, fallback_to_soft=False)
        try:
            lock.acquire()
        except OSError:  # it is held, or locks are not to be had
            continue
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()


def _is_folder_of(folder: Path, owner: int) -> bool:
    """Return whether a path is a folder, and no link to one, that belongs to a user."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return S_ISDIR(found.st_mode) and found.st_uid == owner
