"""An image set whose images are files."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from srkit.errors import ImageError
from srkit.image.array import UInt8Image
from srkit.image.files import read, size


@dataclass
class ImageFiles:
    """HR images in files, with or without LR partners. Sizes are read from headers when it is made.

    Args:
        names: A unique name for every file.
        high_files: The HR images.
        low_files: Their LR partners, in the same order.
        scale: HR over LR; None without LR files.
        sizes: (height, width) of the HR images, if they are known already.
        left_out: Pictures of formats that srkit does not read, which lie beside the files.

    Raises:
        ImageError: A file is missing, empty or no image.
    """

    names: Sequence[str]
    high_files: Sequence[Path]
    low_files: Sequence[Path] = ()
    scale: int | None = None
    sizes: Sequence[tuple[int, int]] = field(default=(), repr=False)
    left_out: Sequence[Path] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        self.sizes = self.sizes or [size(file) for file in self.high_files]

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

    def key(self, index: int) -> str:
        """Return an identity of the files' present content: path, size and time."""
        return "|".join(_identity(files[index]) for files in (self.high_files, self.low_files) if files)

    def digest(self, index: int) -> str:
        """Return a digest of the bytes of the files."""
        return "|".join(file_digest(files[index]) for files in (self.high_files, self.low_files) if files)

    def original(self, index: int) -> str:
        """Return an identity of the HR file alone, whatever its LR file."""
        return _identity(self.high_files[index])


def file_digest(file: Path) -> str:
    """Return the SHA-256 of a file's bytes.

    Raises:
        ImageError: The file cannot be read.
    """
    try:
        with open(file, "rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise ImageError(f"{file}: cannot be read: {error.strerror}") from None


def _identity(file: Path) -> str:
    stat = file.stat()
    return f"{file.resolve()}|{stat.st_size}|{stat.st_mtime_ns}"


def names_of(files: Sequence[Path], folder: Path) -> list[str]:
    """Return a unique name for every file: its path in ``folder``, without suffix unless two would be the same.

    An accent counts as the same however a file system writes it (NFC, or NFD as on a Mac), and bytes of a name that
    are no UTF-8 are escaped.
    """
    paths = [file.relative_to(folder) for file in files]
    times = Counter(path.with_suffix("") for path in paths)
    names = [(path if times[path.with_suffix("")] > 1 else path.with_suffix("")).as_posix() for path in paths]
    whole = [path.as_posix() for path in paths]
    # a.png.png would get the name of its neighbour a.png, which keeps its suffix because of a.jpg
    tried = (
        [_as_text(name, "NFC") for name in names],
        [_as_text(name) for name in names],
        [_as_text(name) for name in whole],
    )
    return next((found for found in tried if len(set(found)) == len(found)), whole)


def _as_text(name: str, form: Literal["NFC"] | None = None) -> str:
    text = name.encode("utf-8", "backslashreplace").decode()
    return unicodedata.normalize(form, text) if form else text
