"""Decoded images: in memory up to a limit, in memory-mapped files beyond it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from threading import Lock

import numpy as np

from srkit.atomic import whole
from srkit.image.array import UInt8Image


class Cache:
    """Decodes every image once.

    What does not fit into memory goes to uncompressed files that are mapped, not read:
    a crop then costs the pages it touches. Files are written whole and named by the image's
    key, so several processes may share the folder and a changed image gets a new file.

    Args:
        memory: Gigabytes of decoded pixels to keep in memory.
        folder: Where the files go; None is ``srkit`` in the user's cache folder.
    """

    def __init__(self, *, memory: float = 2.0, folder: Path | None = None) -> None:
        self.room = int(memory * 2**30)
        self.folder = folder or default_folder()
        self._kept: dict[str, UInt8Image] = {}
        self._lock = Lock()
        self._busy: dict[str, Lock] = {}

    def get(self, key: str, decode: Callable[[], UInt8Image]) -> UInt8Image:
        """Return the pixels of ``key``, from ``decode`` if this is the first time."""
        with self._lock:
            busy = self._busy.setdefault(key, Lock())
        with busy:  # two threads that want one image decode it once
            if key not in self._kept:
                self._kept[key] = self._load(key, decode)
            return self._kept[key]

    def _load(self, key: str, decode: Callable[[], UInt8Image]) -> UInt8Image:
        path = self.folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.npy"
        if self._has_room(0) is False and (mapped := _mapped(path)) is not None:
            return mapped
        pixels = decode()
        if self._has_room(pixels.nbytes):
            return pixels
        if (mapped := _mapped(path)) is not None:
            return mapped
        self.folder.mkdir(parents=True, exist_ok=True)
        with whole(path) as temporary, open(temporary, "wb") as file:
            np.save(file, pixels)
        mapped = _mapped(path)
        return pixels if mapped is None else mapped

    def _has_room(self, size: int) -> bool:
        """Take ``size`` bytes of the room, if there are that many."""
        with self._lock:
            if size > self.room or self.room <= 0:
                self.room = 0 if size else self.room
                return False
            self.room -= size
            return True


def default_folder() -> Path:
    """Return ``srkit`` in the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "srkit"


def _mapped(path: Path) -> UInt8Image | None:
    """Map a cache file; None where there is none or it is damaged."""
    try:
        pixels: UInt8Image = np.load(path, mmap_mode="r")
    except (OSError, ValueError, EOFError):
        return None
    return pixels if pixels.ndim == 3 and pixels.dtype == np.uint8 else None
