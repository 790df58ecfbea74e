"""The room that decoded images may take on the disk, together with those of other processes and experiments."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from srkit.lock import alone

IDLE = 24 * 3600.0
"""Seconds; a file that no process has opened for so long is removed where room is wanted."""


@dataclass(frozen=True)
class _File:
    path: str
    size: int
    used: float


class DiskRoom:
    """The room in a folder of cached files, which several processes fill.

    The number of bytes in use stands in a file there, which is changed under a lock. Each process counts the files
    once when it begins, which corrects a number that is wrong because files were deleted, or after a power cut.

    Args:
        folder: The folder; the files are those with ``.npy`` in their names.
        limit: Bytes that they may take.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder, self.limit = folder, limit
        self._counted = False
        self._refused: int | None = None

    def take(self, size: int, file: Path) -> bool:
        """Return whether there is room for a file of ``size`` bytes, which then counts as in use.

        Files that have not been opened for a day are removed for it, those of the longest idleness first.

        Args:
            size: The bytes.
            file: The file to be written. It is made at once, empty but of this length, so that a process that
                counts the files before it is written counts it too.

        Raises:
            OSError: The folder cannot be written.
        """
        if size > self.limit or (self._refused is not None and size >= self._refused):
            return False  # a full disk stays full for this process: it does not look through the folder again
        with alone(self.folder / ".room.lock", wait=True):
            used = self._noted() if self._counted else None
            if used is None or used + size > self.limit:
                used = self._freed(size)
                self._counted = True
            fits = used + size <= self.limit
            if fits:
                with open(file, "wb") as opened:
                    opened.truncate(size)
            self._note(used + size if fits else used)
        if not fits:
            self._refused = size
        return fits

    def give_back(self, size: int) -> None:
        """Count the bytes of a file that was not written after all as free.

        Raises:
            OSError: The folder cannot be written.
        """
        with alone(self.folder / ".room.lock", wait=True):
            if (used := self._noted()) is not None:
                self._note(max(0, used - size))

    def _noted(self) -> int | None:
        with suppress(OSError, ValueError):
            if (text := (self.folder / ".room").read_text()).endswith("\n"):
                return int(text)
        return None

    def _note(self, used: int) -> None:
        # not synced: the files are counted again where the number is found cut off
        (self.folder / ".room").write_text(f"{used}\n")

    def _freed(self, size: int) -> int:
        """Remove idle files until ``size`` more bytes fit, and return the bytes that are in use then."""
        files = self._files()
        used, since = sum(file.size for file in files), time.time() - IDLE
        for file in sorted(files, key=lambda file: file.used):
            if used + size <= self.limit or file.used > since:
                break
            with suppress(OSError):
                os.unlink(file.path)  # a process that has it mapped goes on with it
                used -= file.size
        return used

    def _files(self) -> list[_File]:
        found = []
        with os.scandir(self.folder) as entries:
            for entry in entries:
                if ".npy" in entry.name:  # those that a killed process was writing, too
                    with suppress(OSError):  # another process may have removed it
                        stat = entry.stat()
                        found.append(_File(entry.path, stat.st_size, stat.st_mtime))
        return found
