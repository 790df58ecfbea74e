"""An image set whose images are files."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from srkit.data.file_index import FileIndex
from srkit.image.array import UInt8Image
from srkit.image.files import read


@dataclass
class ImageFiles:
    """HR images in files, with or without LR partners. Sizes are read from headers when it is made.

    Args:
        names: A unique name for every file.
        high_files: The HR images.
        low_files: Their LR partners, in the same order.
        scale: HR over LR; None without LR files.
        left_out: Pictures of formats that srkit does not read, which lie beside the files.

    Attributes:
        sizes: (height, width) of the HR images.

    Raises:
        ImageError: A file is missing, empty or no image.
    """

    names: Sequence[str]
    high_files: Sequence[Path]
    low_files: Sequence[Path] = ()
    scale: int | None = None
    left_out: Sequence[Path] = field(default=(), repr=False)
    sizes: Sequence[tuple[int, int]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._indices = [FileIndex(files) for files in (self.high_files, self.low_files) if files]
        self._folders: dict[Path, str] = {}
        self.sizes = self._indices[0].sizes() if self._indices else []

    def __len__(self) -> int:
        return len(self.names)

    def high(self, index: int) -> UInt8Image:
        """Decode the HR image."""
        return read(self.high_files[index])

    def low(self, index: int) -> UInt8Image:
        """Decode the LR image of a pair."""
        return read(self.low_files[index])

    def size(self, index: int) -> tuple[int, int]:
        """Return (height, width) of the HR image."""
        return self.sizes[index]

    def low_sizes(self) -> Sequence[tuple[int, int]]:
        """Return (height, width) of the LR images.

        Raises:
            ImageError: An LR file is empty or no image.
        """
        return self._indices[1].sizes()

    def key(self, index: int) -> str:
        """Return an identity of the files' present content: path, size and time."""
        return "|".join(self._identity(files[index]) for files in (self.high_files, self.low_files) if files)

    def digest(self, index: int) -> str:
        """Return a digest of the bytes of the files."""
        return "|".join(files.digest(index) for files in self._indices)

    def original(self, index: int) -> str:
        """Return an identity of the HR file alone, whatever its LR file."""
        return self._identity(self.high_files[index])

    def _identity(self, file: Path) -> str:
        """Return the real path of a file, its length in bytes and its time of change.

        The real path of a folder is looked up once, since that takes as long as the rest for ten files.
        """
        found = os.lstat(file)
        if stat.S_ISLNK(found.st_mode):
            found, path = os.stat(file), os.path.realpath(file)
        else:
            if (folder := self._folders.get(file.parent)) is None:
                folder = self._folders[file.parent] = os.path.realpath(file.parent)
            path = os.path.join(folder, file.name)
        return f"{path}|{found.st_size}|{found.st_mtime_ns}"


def names_of(files: Sequence[Path], folder: Path) -> list[str]:
    """Return a unique name for every file: its path in ``folder``, without suffix unless two would be the same.

    An accent counts as the same however a file system writes it (NFC, or NFD as on a Mac), and bytes of a name that
    are no UTF-8 are escaped.
    """
    return unique_names(_below(files, folder))


def unique_names(whole: list[str]) -> list[str]:
    """Return such names for paths that are given as text, with slashes."""
    bare = [_without_suffix(path) for path in whole]
    times = Counter(bare)
    names = [path if times[short] > 1 else short for path, short in zip(whole, bare, strict=True)]
    # a.png.png would get the name of its neighbour a.png, which keeps its suffix because of a.jpg
    tried = (
        [_as_text(name, "NFC") for name in names],
        [_as_text(name) for name in names],
        [_as_text(name) for name in whole],
    )
    return next((found for found in tried if len(set(found)) == len(found)), whole)


def _below(files: Sequence[Path], folder: Path) -> list[str]:
    """Return the paths of files in a folder, with slashes; by strings, since Path takes ten times as long."""
    start = folder.as_posix().rstrip("/") + "/"
    texts = [file.as_posix() for file in files]
    if all(text.startswith(start) for text in texts):
        return [text[len(start) :] for text in texts]
    return [file.relative_to(folder).as_posix() for file in files]  # such as those in the working folder


def _without_suffix(path: str) -> str:
    dot, begin = path.rfind("."), path.rfind("/") + 1
    return path[:dot] if begin < dot < len(path) - 1 else path


def _as_text(name: str, form: Literal["NFC"] | None = None) -> str:
    if name.isascii():
        return name
    text = name.encode("utf-8", "backslashreplace").decode()
    return unicodedata.normalize(form, text) if form else text
