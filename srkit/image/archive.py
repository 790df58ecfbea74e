"""Images in a zip or an uncompressed tar, which are read one by one, by several threads and processes."""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from srkit.errors import DataError, ImageError
from srkit.image.files import content_size
from srkit.image.formats import IMAGE_SUFFIXES
from srkit.image.search import OF_SYSTEMS

COMPRESSED = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd"}
"""First bytes of files that can only be read from their beginning on."""

HEADER = 2**16
"""Bytes at the start of an image that nearly always hold its header."""

_LOCAL_HEADER, _LENGTHS = 30, slice(26, 30)
"""Bytes of a zip's header of a member before its name and its extra field, and where the lengths of both stand."""

_ENCRYPTED = 0x1

TAR_ERRORS = (ValueError, OverflowError, MemoryError, RecursionError)
"""What ``tarfile`` raises beside its own errors, since it trusts the sizes in headers and nests headers."""

SENSELESS = "its headers make no sense"
"""What is said then."""


@dataclass(frozen=True, slots=True)
class Member:
    """An image in an archive.

    Args:
        archive: The archive.
        name: The name of the image there.
        offset: Where its header (in a zip) or its data (in a tar) begins.
        stored: Bytes that it takes in the archive.
        method: How they are compressed: deflated, or stored as they are.
        checksum: CRC-32 of its content; None in a tar, which has none.
    """

    archive: Path
    name: str
    offset: int
    stored: int
    method: int = zipfile.ZIP_STORED
    checksum: int | None = None

    @property
    def path(self) -> Path:
        """The name of the image in messages: that of the archive, and its own."""
        return self.archive / self.name

    def read(self) -> bytes:
        """Return the content of the image.

        Raises:
            ImageError: The archive has changed since it was opened, or is damaged.
        """
        data = self._unpacked(None)
        if self.checksum is not None and zlib.crc32(data) != self.checksum:
            raise ImageError(f"{self.path}: is damaged: it does not have the checksum that the archive gives")
        return data

    def size(self) -> tuple[int, int]:
        """Return (height, width) from the header of the image.

        Raises:
            ImageError: As for ``start``, or it is no image.
        """
        try:
            return content_size(self.start(HEADER), self.path)
        except ImageError:  # a long colour profile may stand before the size, or a TIFF have its header at the end
            return content_size(self.read(), self.path)

    def start(self, count: int) -> bytes:
        """Return the first ``count`` bytes of the content, or all of them where there are fewer.

        Raises:
            ImageError: As for ``read``, except that the checksum is not looked at.
        """
        return self._unpacked(count)

    def _unpacked(self, count: int | None) -> bytes:
        deflated = self.method == zipfile.ZIP_DEFLATED
        wanted = self.stored if count is None or deflated else min(count, self.stored)
        try:
            with open(self.archive, "rb") as file:  # opened each time: threads and processes share no position
                file.seek(self.offset)
                if self.checksum is not None:  # a zip repeats the name before the data, with another extra field
                    lengths = file.read(_LOCAL_HEADER)[_LENGTHS]
                    file.seek(sum(int.from_bytes(lengths[begin : begin + 2], "little") for begin in (0, 2)), 1)
                data = file.read(wanted)
        except OSError as error:
            raise ImageError(f"{self.path}: cannot be read: {error.strerror}") from None
        if len(data) < wanted:
            raise ImageError(f"{self.path}: wants a whole archive, found one that is cut off")
        if not deflated:
            return data
        try:
            return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, count or 0)
        except zlib.error as error:
            raise ImageError(f"{self.path}: is damaged: {error}") from None


def members(archive: Path) -> list[Member]:
    """Return the images in a zip or an uncompressed tar, sorted as in a folder; hidden files are left out.

    Raises:
        DataError: The archive is missing, of another kind, or holds no image, or one that cannot be read.
    """
    try:
        if zipfile.is_zipfile(archive):
            found = _in_zip(archive)
        elif archive.is_file() and tarfile.is_tarfile(archive) and compression(archive) is None:
            found = _in_tar(archive)
        else:
            raise DataError(f"{archive}: wants a zip or an uncompressed tar of images, {_stranger(archive)}")
    except OSError as error:
        raise DataError(f"{archive}: cannot be read: {error.strerror}") from None
    except (zipfile.BadZipFile, tarfile.TarError) as error:
        raise DataError(f"{archive}: is damaged: {error}") from None
    except TAR_ERRORS:
        raise DataError(f"{archive}: is damaged: {SENSELESS}") from None
    if not found:
        raise DataError(f"{archive}: wants images ({', '.join(IMAGE_SUFFIXES)}) in it, found none")
    return [found[name] for name in sorted(found, key=lambda name: name.split("/"))]  # the order of a folder


def _in_zip(archive: Path) -> dict[str, Member]:
    found = {}
    with zipfile.ZipFile(archive) as opened:
        for one in opened.infolist():
            if one.is_dir() or not is_image(archive, one.filename):
                continue
            what = "one that is encrypted" if one.flag_bits & _ENCRYPTED else None
            if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                what = "another compression"
            if what:
                raise DataError(
                    f"{archive / one.filename}: wants an image that is stored or deflated, found {what}; unpack "
                    "the archive, or pack it again"
                )
            found[one.filename] = Member(
                archive, one.filename, one.header_offset, one.compress_size, one.compress_type, one.CRC
            )
    return found


def _in_tar(archive: Path) -> dict[str, Member]:
    with tarfile.open(archive, "r:") as opened:
        files = [
            one for one in headers(opened) if one.isreg() and not one.issparse() and is_image(archive, one.name)
        ]
    # of several members of one name the last counts, as for tar
    found = {one.name.removeprefix("./"): one for one in files}
    return {name: Member(archive, name, one.offset_data, one.size) for name, one in found.items()}


def headers(opened: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yield the headers of a tar's members one after the other.

    Raises:
        tarfile.TarError: A header is damaged, or gives its member a negative size.
    """
    while (one := opened.next()) is not None:
        if one.size < 0:  # the next header would lie before this one, and reading would never end
            raise tarfile.ReadError(f"{one.name!r} has a size of {one.size} bytes")
        opened.members.clear()  # type: ignore[attr-defined]  # they would take a kilobyte each until the file is closed
        yield one


def is_image(archive: Path, name: str) -> bool:
    """Return whether a member has the suffix of an image, and lies where ``search`` would find it in a folder.

    Raises:
        DataError: It is an image whose name leads out of the archive, or holds a null character.
    """
    path = PurePosixPath(name)
    if path.suffix.lower() not in IMAGE_SUFFIXES:
        return False
    if path.is_absolute() or ".." in path.parts or "\0" in name:
        raise DataError(f"{archive}: wants names of paths within the archive, found {name!r}")
    hidden = any(part.startswith(".") for part in path.parts)
    return not hidden and OF_SYSTEMS.isdisjoint(path.parts[:-1])


def compression(archive: Path) -> str | None:
    """Return by what a file is compressed as a whole; None if it is not.

    Raises:
        OSError: It cannot be read.
    """
    with open(archive, "rb") as file:
        start = file.read(6)
    return next((name for magic, name in COMPRESSED.items() if start.startswith(magic)), None)


def _stranger(archive: Path) -> str:
    """Return the rest of a message about what is no archive that can be read image by image."""
    if not archive.is_file():
        return f"found {'a folder' if archive.is_dir() else 'nothing of that name'}"
    if kind := compression(archive):
        return (
            f"found a file compressed by {kind}, which can only be read from its beginning on; unpack it, or pack "
            "it as a zip or a plain tar: images are compressed already"
        )
    return "found a file of another kind"
