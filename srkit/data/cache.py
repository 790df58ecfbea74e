"""Decoded images: in memory up to a limit, then in memory-mapped files up to another."""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock

import numpy as np
from platformdirs import user_cache_path

from srkit.atomic import whole
from srkit.data.disk_room import DiskRoom
from srkit.errors import DataError
from srkit.image.array import UInt8Image

MAPS = 4096
"""Most files mapped at the same time; Linux allows a process 65530 maps of all kinds."""

HEADER = 128
"""Bytes of the header of a file, before the pixels."""

_WRITING = Lock()
"""Held while a file is written, since two caches of one process may write the same file."""


class _NoRoomError(Exception):
    """There is no room for a file on the disk."""


class Cache:
    """Decodes every image once, as long as there is room.

    Images that do not fit into memory go to uncompressed files that are mapped, not read:
    a crop then costs the pages it touches. Files are written whole and named by the image's
    key, so several processes may share the folder and a changed image gets a new file. A
    file that is not as long as its header says is decoded and written again. Images that
    fit neither into memory nor on the disk are decoded each time.

    Args:
        memory: Gigabytes (2**30 bytes) of decoded pixels to keep in memory.
        disk: Gigabytes that the folder may hold, the files of other runs included.
        folder: The folder of these files; None is ``srkit`` in the user's cache folder.
    """

    def __init__(self, *, memory: float = 2.0, disk: float = 50.0, folder: Path | None = None) -> None:
        self.room = int(memory * 2**30)
        self.folder = folder or user_cache_path("srkit", appauthor=False)
        self.disk = DiskRoom(self.folder, int(disk * 2**30))
        self._kept: dict[str, UInt8Image] = {}
        self._maps: OrderedDict[str, UInt8Image] = OrderedDict()
        self._lock = Lock()
        self._busy: dict[str, Lock] = {}

    def get(self, key: str, decode: Callable[[], UInt8Image]) -> UInt8Image:
        """Return the pixels (H,W,C) of ``key``, not to be changed; ``decode`` makes them if they are missing.

        Raises:
            DataError: The cache folder cannot be written.
        """
        if (found := self._find(key)) is not None:
            return found
        with self._lock:
            busy = self._busy.setdefault(key, Lock())
        with busy:  # two threads that ask for one image decode it once
            try:
                found = self._find(key)
                return self._keep(key, decode) if found is None else found
            finally:
                self._busy.pop(key, None)

    def reserve(self, size: int) -> bool:
        """Reserve ``size`` bytes of memory for images that the caller keeps; return False without room."""
        with self._lock:
            if size > self.room:
                return False
            self.room -= size
            return True

    def _find(self, key: str) -> UInt8Image | None:
        with self._lock:
            if (mapped := self._maps.get(key)) is not None:
                self._maps.move_to_end(key)
                return mapped
            return self._kept.get(key)

    def _keep(self, key: str, decode: Callable[[], UInt8Image]) -> UInt8Image:
        path = self.folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.npy"
        stored = _mapped(path)
        pixels = decode() if stored is None else stored
        with self._lock:
            if pixels.nbytes <= self.room:
                self.room -= pixels.nbytes
                self._kept[key] = _unchangeable(pixels if stored is None else np.array(pixels))
                return self._kept[key]
        if stored is None and (stored := self._store(path, pixels)) is None:
            return _unchangeable(pixels)
        with self._lock:
            self._maps[key] = stored
            if len(self._maps) > MAPS:
                self._maps.popitem(last=False)
        return stored

    def _store(self, path: Path, pixels: UInt8Image) -> UInt8Image | None:
        """Write a file and map it; return None if there is no room for it."""
        size = pixels.nbytes + HEADER
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with _WRITING:
                if (stored := _mapped(path)) is not None:  # another process has written it meanwhile
                    return stored
                with whole(path) as temporary:
                    if not self.disk.take(size, temporary):
                        raise _NoRoomError
                    try:
                        with open(temporary, "rb+") as file:
                            np.save(file, pixels)
                    except BaseException:
                        self.disk.give_back(size)
                        raise
        except _NoRoomError:
            return None
        except OSError as error:
            raise DataError(
                f"{self.folder}: cannot keep decoded images: {error.strerror}; "
                "set data.cache to a folder with room, lower data.disk, or raise data.memory"
            ) from None
        stored = _mapped(path)
        if stored is None:
            raise DataError(f"{path}: was written just now and cannot be mapped; raise data.memory")
        return stored


def _unchangeable(pixels: UInt8Image) -> UInt8Image:
    view = pixels.view()
    view.flags.writeable = False
    return view


def _mapped(path: Path) -> UInt8Image | None:
    """Return a mapped cache file; None if it is missing or damaged."""
    try:
        pixels = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError, SyntaxError):  # the header is a Python literal
        return None
    if not isinstance(pixels, np.memmap) or pixels.ndim != 3 or pixels.dtype != np.uint8:
        return None
    if path.stat().st_size != pixels.offset + pixels.nbytes:
        return None
    with suppress(OSError):
        os.utime(path)  # the time of its last use, by which idle files are known
    return pixels
