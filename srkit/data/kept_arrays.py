"""Arrays that are kept in the cache folder: written whole or not at all, and recognised when they are damaged."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from srkit.atomic import sweep, whole
from srkit.data.watcher import WATCHER
from srkit.errors import ImageError
from srkit.lock import alone

YOUNG = 2 * 10**9
"""Nanoseconds; a file that was changed so shortly before may change again within the same tick of its clock."""

Columns = Mapping[str, NDArray[Any]]


class KeptArrays:
    """A file of arrays about the images in one place, in ``index`` of the user's cache folder.

    A folder that cannot be written costs time alone: everything is then read again at the next start.

    Args:
        place: The folder or the archive with the images; its real path names the file.
        wanted: An example of each array, by name: its type and the shape of its rows.
    """

    def __init__(self, place: Path, wanted: Columns) -> None:
        self.place, self.wanted = place.resolve(), wanted
        named = hashlib.sha256(str(self.place).encode("utf-8", "surrogateescape")).hexdigest()[:32]
        self.file = user_cache_path("srkit", appauthor=False) / "index" / f"{named}.npz"

    def read(self) -> Columns | None:
        """Return the arrays; None if there are none yet, or none that can be used."""
        try:
            with open(self.file, "rb") as file, np.load(file, allow_pickle=False) as opened:
                found = dict(opened)  # each has a checksum, which is looked at here
        except (FileNotFoundError, NotADirectoryError):
            return None
        except Exception:  # a damaged archive raises errors of all kinds, NotImplementedError and RuntimeError too
            found = {}
        fits = found.keys() == self.wanted.keys() and all(
            found[name].dtype == column.dtype and found[name].shape[1:] == column.shape[1:]
            for name, column in self.wanted.items()
        )
        if not fits:
            WATCHER.get().say(
                f"{self.file}: wants the index of {self.place}, found a damaged file or one of another version; "
                "it is made anew"
            )
            return None
        return found

    def write(self, columns: Columns) -> None:
        """Replace the file."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with whole(self.file) as temporary, open(temporary, "wb") as opened:
                np.savez(opened, **columns)  # type: ignore[arg-type]  # they are no options of it
        except OSError as error:
            WATCHER.get().say(
                f"{self.file}: cannot be written: {error.strerror}; the images in {self.place} are read again at "
                "the next start. XDG_CACHE_HOME names another cache folder"
            )

    def alone(self) -> Any:
        """Return a context in which no other process makes this file; it waits for one that does."""
        lock = self.file.with_suffix(".lock")
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with alone(lock):
                sweep(self.file)  # left by processes that were killed
        except BlockingIOError:
            WATCHER.get().say(f"{self.place}: waiting for another process that reads the images there")
        except OSError:
            return nullcontext()
        return alone(lock, wait=True)


def packed(names: list[str]) -> NDArray[np.uint8]:
    """Return names as one array of bytes, which takes less room and time than an array of strings."""
    return np.frombuffer("\0".join(names).encode("utf-8", "surrogateescape"), np.uint8)


def unpacked(array: NDArray[Any]) -> list[str]:
    """Return the names that ``packed`` was given."""
    text = array.tobytes().decode("utf-8", "surrogateescape")
    return text.split("\0") if text else []


def stamp_of(file: Path) -> tuple[int, int]:
    """Return the length of a file in bytes and its time of change in nanoseconds.

    Raises:
        ImageError: There is no such file.
    """
    try:
        found = os.stat(file)
    except OSError as error:
        raise ImageError(f"{file}: cannot be read: {error.strerror}") from None
    return found.st_size, found.st_mtime_ns
