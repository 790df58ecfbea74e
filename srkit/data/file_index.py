"""Sizes and digests of many image files, which are read once and known again at later starts."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srkit.data.kept_arrays import YOUNG, Columns, KeptArrays, packed, stamp_of, unpacked
from srkit.data.watcher import WATCHER
from srkit.errors import ImageError
from srkit.image.files import size

MANY = 100
"""Number of files from which on what was read of them is kept."""

SAVE_SECONDS = 10.0
"""Seconds between two times that an index is saved while it is made."""

THREADS = 4
"""Threads that read files: on a local disk one is enough for headers, but disks of a network answer late."""

CHUNK = 32
"""Files that a thread reads at a time."""

_ROW: dict[str, NDArray[Any]] = {
    "stamp": np.zeros((0, 2), np.int64),
    "size": np.zeros((0, 2), np.int32),
    "digest": np.zeros((0, 32), np.uint8),
}
_WANTED: Columns = {"names": np.zeros(0, np.uint8), **_ROW}


class FileIndex:
    """The size and the digest of each of some image files.

    What was read of ``MANY`` files or more is kept in one file of the user's cache folder for each folder of
    images, and is used for as long as a file has the same length and time of change. It is saved while it is
    made, so that an interrupted reading goes on where it was.

    Args:
        files: The files.

    Raises:
        ImageError: A file is missing.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self.files = files
        self._stamp = np.array([stamp_of(file) for file in files], np.int64).reshape(-1, 2)
        self._size = np.zeros((len(files), 2), np.int32)  # 0 is not known yet
        self._digest = np.zeros((len(files), 32), np.uint8)
        self._names: list[str] = []
        self._others: Columns = _WANTED
        self._opened = time.time_ns()
        self._kept: KeptArrays | None = None
        if len(files) >= MANY:
            folder, self._names = relative(files)
            self._kept = KeptArrays(folder, _WANTED)
            self._recall()

    def sizes(self) -> list[tuple[int, int]]:
        """Return (height, width) of every image; headers that are not known are read.

        Raises:
            ImageError: A file is empty or no image.
        """
        self._complete("reading headers", self._size, size)
        return [(height, width) for height, width in self._size.tolist()]

    def digest(self, index: int) -> str:
        """Return the SHA-256 of a file's bytes; at the first call, all files that are not known are read.

        Raises:
            ImageError: A file cannot be read.
        """
        if not self._digest[index].any():
            self._complete("reading contents", self._digest, file_digest)
        return bytes(self._digest[index]).hex()

    def _complete(self, title: str, column: NDArray[Any], read: Callable[[Path], Any]) -> None:
        if column.any(1).all():
            return
        if self._kept is None:
            for row, file in enumerate(self.files):
                column[row] = read(file)
            return
        with self._kept.alone():
            self._recall()  # another process may have read them meanwhile
            missing = np.flatnonzero(~column.any(1)).tolist()
            saved = time.monotonic()
            try:
                with WATCHER.get().counting(title, len(missing)) as done:
                    for rows, values in _in_threads(lambda row: read(self.files[row]), missing):
                        column[rows] = values
                        done(len(rows))
                        if time.monotonic() - saved > SAVE_SECONDS:
                            self._save()
                            saved = time.monotonic()
            finally:
                self._save()

    def _recall(self) -> None:
        """Take over what is kept of these files, if they have not changed."""
        if self._kept is None or (kept := self._kept.read()) is None:
            return
        names = unpacked(kept["names"])
        if any(len(kept[name]) != len(names) for name in _ROW):
            return
        rows = dict(zip(names, range(len(names)), strict=True))
        row = np.array([rows.pop(name, -1) for name in self._names])
        same = row >= 0
        same[same] = (kept["stamp"][row[same]] == self._stamp[same]).all(1)
        for own, name in ((self._size, "size"), (self._digest, "digest")):
            blank = same & ~own.any(1)
            own[blank] = kept[name][row[blank]]
        others = [name for name in rows if os.path.exists(os.path.join(self._kept.place, name))]
        left = [rows[name] for name in others]
        self._others = {"names": packed(others), **{name: kept[name][left] for name in _ROW}}

    def _save(self) -> None:
        if self._kept is None:
            return
        old = self._stamp[:, 1] < self._opened - YOUNG
        names = [name for name, keep in zip(self._names, old, strict=True) if keep]
        own = {"stamp": self._stamp[old], "size": self._size[old], "digest": self._digest[old]}
        both = {name: np.concatenate([own[name], self._others[name]]) for name in _ROW}
        self._kept.write({"names": packed([*names, *unpacked(self._others["names"])]), **both})


def relative(files: Sequence[Path]) -> tuple[Path, list[str]]:
    """Return the folder that holds all files, and their paths in it."""
    split = [os.path.split(file) for file in files]
    parents = {parent: os.path.abspath(parent) for parent, _ in split}
    folder = os.path.commonpath(parents.values())
    below = {parent: path[len(folder) :].lstrip(os.sep) for parent, path in parents.items()}
    return Path(folder), [os.path.join(below[parent], name) for parent, name in split]


def file_digest(file: Path) -> NDArray[np.uint8]:
    """Return the 32 bytes of the SHA-256 of a file's bytes.

    Raises:
        ImageError: The file cannot be read.
    """
    try:
        with open(file, "rb") as opened:
            return np.frombuffer(hashlib.file_digest(opened, "sha256").digest(), np.uint8)
    except OSError as error:
        raise ImageError(f"{file}: cannot be read: {error.strerror}") from None


def _in_threads(read: Callable[[int], Any], rows: list[int]) -> Iterator[tuple[list[int], list[Any]]]:
    """Yield some rows and what was read of each, in order; an error is that of the first row that has one."""
    chunks = [rows[begin : begin + CHUNK] for begin in range(0, len(rows), CHUNK)]
    pool = ThreadPoolExecutor(THREADS)
    try:
        yield from zip(chunks, pool.map(lambda chunk: [read(row) for row in chunk], chunks), strict=True)
    finally:
        pool.shutdown(cancel_futures=True)  # after an error or Ctrl-C, no further image is read
