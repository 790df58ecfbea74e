"""What is in a shard: names and places of its images, their sizes and digests, read once and known again."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srkit.data.kept_arrays import YOUNG, Columns, KeptArrays, packed, stamp_of, unpacked
from srkit.data.watcher import WATCHER
from srkit.errors import ImageError
from srkit.image.archive import Member
from srkit.image.shard import shard_members

THREADS = 4
"""Shards that are read at the same time."""

_WANTED: Columns = {
    "names": np.zeros(0, np.uint8),
    "stamp": np.zeros(0, np.int64),
    "place": np.zeros((0, 2), np.int64),
    "size": np.zeros((0, 2), np.int32),
    "digest": np.zeros((0, 32), np.uint8),
}


class ShardIndex:
    """The images in one shard.

    What was read is kept in the user's cache folder, in one file for each shard, and is used for as long as the
    shard has the same length and time of change.

    Args:
        shard: The tar.

    Raises:
        ImageError: It is missing.
    """

    def __init__(self, shard: Path) -> None:
        self.shard = shard
        self._stamp = np.array(stamp_of(shard), np.int64)
        self._opened = time.time_ns()
        self._kept = KeptArrays(shard, _WANTED)
        self._columns = self._recalled()
        self.names = unpacked(self._columns["names"])

    @property
    def sizes(self) -> NDArray[np.int32]:
        """(N,2), the height and the width of every image."""
        return self._columns["size"]

    def member(self, row: int) -> Member:
        """Return where an image lies.

        Raises:
            ImageError: The shard has changed since it was opened, so that the image may lie elsewhere.
        """
        if stamp_of(self.shard) != tuple(self._stamp.tolist()):
            raise ImageError(
                f"{self.shard}: wants the shard as it was opened, found one that was changed meanwhile; start again"
            )
        offset, stored = self._columns["place"][row].tolist()
        return Member(self.shard, self.names[row], offset, stored)

    def identity(self) -> str:
        """Return the real path of the shard, its present length and its time of change."""
        length, changed = stamp_of(self.shard)
        return f"{self._kept.place}|{length}|{changed}"

    def digest(self, row: int) -> str:
        """Return the SHA-256 of an image's bytes, which ``read_contents`` has read."""
        return bytes(self._columns["digest"][row]).hex()

    @property
    def has_headers(self) -> bool:
        """Whether names, places and sizes are known."""
        return bool(self.names)

    @property
    def has_contents(self) -> bool:
        """Whether digests are known."""
        return bool(self._columns["digest"].any(1).all())

    def read_headers(self) -> None:
        """Read the names, the places and the sizes of all images, unless another process has done so meanwhile.

        Raises:
            DataError: The shard cannot be used.
            ImageError: A member is no image.
        """
        self._fill(lambda: self.has_headers, self._headers)

    def read_contents(self) -> None:
        """Read the digests of all images, unless another process has done so meanwhile.

        Raises:
            ImageError: The shard has changed since it was opened.
        """
        self._fill(lambda: self.has_contents, self._contents)

    def _headers(self) -> Columns:
        members = shard_members(self.shard)
        return {
            "names": packed([member.name for member in members]),
            "place": np.array([(member.offset, member.stored) for member in members], np.int64),
            "size": np.array([member.size() for member in members], np.int32),
            "digest": np.zeros((len(members), 32), np.uint8),
        }

    def _contents(self) -> Columns:
        digests = b"".join(hashlib.sha256(self.member(row).read()).digest() for row in range(len(self.names)))
        return {"digest": np.frombuffer(digests, np.uint8).reshape(-1, 32)}

    def _fill(self, known: Callable[[], bool], read: Callable[[], Columns]) -> None:
        with self._kept.alone():
            self._take(self._recalled())
            if known():
                return
            self._take({**self._columns, "stamp": self._stamp, **read()})
            if self._stamp[1] < self._opened - YOUNG:
                self._kept.write(self._columns)

    def _take(self, columns: Columns) -> None:
        if len(columns["place"]):
            self._columns, self.names = columns, unpacked(columns["names"])

    def _recalled(self) -> Columns:
        kept = self._kept.read()
        if kept is None or not np.array_equal(kept["stamp"], self._stamp):
            return _WANTED
        count = len(unpacked(kept["names"]))
        return kept if all(len(kept[name]) == count for name in ("place", "size", "digest")) else _WANTED


def read_shards(title: str, shards: Sequence[ShardIndex], read: Callable[[ShardIndex], Any]) -> None:
    """Read several shards, some at the same time; an error is that of the first shard that has one.

    Args:
        title: What is read.
        shards: The shards to be read.
        read: Reads one of them.
    """
    if not shards:
        return
    pool = ThreadPoolExecutor(THREADS)
    try:
        with WATCHER.get().counting(title, len(shards)) as done:
            # each in a context of its own that has this one's watcher, or what it tells would be told to nobody
            contexts = [copy_context() for _ in shards]
            results: Iterable[Any] = pool.map(lambda one, shard: one.run(read, shard), contexts, shards)
            for _ in results:
                done(1)
    finally:
        pool.shutdown(cancel_futures=True)
