"""The images in a zip or a tar."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import srkit
from srkit.datasets.files import names_of
from srkit.datasets.split import split_of
from srkit.errors import DataError
from srkit.image.archive import Member, members
from srkit.image.array import UInt8Image
from srkit.image.files import read_content


@dataclass
class ArchivedImages:
    """HR images in an archive. Sizes are read from headers when it is made.

    Args:
        names: A unique name for every image.
        members: The images.

    Raises:
        ImageError: An image is damaged, or no image.
    """

    names: Sequence[str]
    members: Sequence[Member]
    scale: None = None
    sizes: Sequence[tuple[int, int]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.sizes = [member.size() for member in self.members]

    def __len__(self) -> int:
        return len(self.names)

    def high(self, index: int) -> UInt8Image:
        """Decode the HR image."""
        member = self.members[index]
        return read_content(member.read(), member.path)

    def low(self, index: int) -> UInt8Image:
        """Raise an error, since there is no LR here."""
        raise NotImplementedError

    def size(self, index: int) -> tuple[int, int]:
        """Return (height, width) of the HR image."""
        return self.sizes[index]

    def key(self, index: int) -> str:
        """Return an identity of the image's present content: path, size and time of the archive, and its name."""
        member = self.members[index]
        stat = member.archive.stat()
        return f"{member.archive.resolve()}|{stat.st_size}|{stat.st_mtime_ns}|{member.name}"

    def digest(self, index: int) -> str:
        """Return a digest of the bytes of the file, which is the same outside the archive."""
        return hashlib.sha256(self.members[index].read()).hexdigest()


@srkit.dataset("archive")
@srkit.limited
def archive(
    *,
    path: Path,
    folder: str = "",
    split: Literal["all", "train", "validate", "test"] = "all",
    shares: list[Annotated[float, srkit.Range(0)]] = [80.0, 15.0, 5.0],  # noqa: B006 - read, never changed
    split_seed: int = 0,
) -> ArchivedImages:
    """All images in a zip or an uncompressed tar, read from there one by one; LR is made by the degradation.

    Args:
        path: The archive.
        folder: A folder in it; only the images in this folder and below are taken. Empty takes all.
        split: The part of the images to use; every image is in exactly one of train, validate and test.
        shares: Sizes of the three parts, relative to one another.
        split_seed: Seed that decides which image is in which part.
    """
    wanted = Path(folder)
    found = [member for member in members(path) if Path(member.name).is_relative_to(wanted)]
    if not found:
        raise DataError(f"{path}: wants images in its folder {folder!r}, found none there")
    names = names_of([Path(member.name) for member in found], wanted)
    chosen = split_of(names, split, shares, split_seed, str(path / wanted))
    return ArchivedImages([names[index] for index in chosen], [found[index] for index in chosen])
