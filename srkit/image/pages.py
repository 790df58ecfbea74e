"""TIFFs of several pages: each page seen as a TIFF of its own, and TIFFs put behind one another as pages."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from mmap import mmap
from typing import BinaryIO

from tifffile import TiffPage

from srkit.image import exif, tiff
from srkit.image.exif import Encoded

_OFFSETS = (273, 324)
"""Tags of the places of strips and of tiles, which count from the start of the file as the places of values do."""
_PLACE = 4  # bytes of the place of a directory, which stands in the header and behind the directory before
_LARGEST = 2**32 - 1


def places(data: Encoded) -> list[int]:
    """Return where the directory of each page of a TIFF begins; smaller copies of pages are left out.

    If the first picture is a smaller copy, as in a camera's raw file, it is the only place. A damaged file has no
    place.
    """
    full, (every, _) = [], _chain(data)
    try:
        with tiff.opened(data) as file:
            for place in every:
                file.filehandle.seek(place)
                if not TiffPage(file, index=0).subfiletype & tiff.SMALLER:
                    full.append(place)
    except Exception:  # tifffile does not check what it reads, so it may raise any error
        return []
    return full if full[:1] == every[:1] else every[:1]


def lead_out(data: Encoded) -> bool:
    """Return whether a TIFF names a page that begins beyond its end, as one that is cut off does."""
    _, inside = _chain(data)
    return not inside


def _chain(data: Encoded) -> tuple[list[int], bool]:
    """Return the places of the directories of a TIFF, and whether all lie in the file.

    The chain ends where it leads back, or out of the file. ``tifffile`` leaves out pages of one that leads back.
    """
    order, found, inside = exif.byte_order(data), dict[int, None](), True
    header, number, count, entry = _shape(data)
    with suppress(struct.error):
        (place,) = struct.unpack_from(order + number, data, header)
        while place and place not in found:
            inside = False
            (entries,) = struct.unpack_from(order + count, data, place)
            found[place], inside = None, True
            (place,) = struct.unpack_from(order + number, data, place + struct.calcsize(count) + entries * entry)
    return list(found), inside


def _shape(data: Encoded) -> tuple[int, str, str, int]:
    """Return where a TIFF names its first directory, the kinds of places and counts, and the length of an entry."""
    return (8, "Q", "Q", 20) if data[2:4] in (b"+\0", b"\0+") else (4, "I", "H", 12)


def isolate(data: mmap, place: int) -> None:
    """Make the page whose directory begins at ``place`` the only page of a TIFF, in memory."""
    order = exif.byte_order(data)
    header, number, count, entry = _shape(data)
    struct.pack_into(order + number, data, header, place)
    try:
        (entries,) = struct.unpack_from(order + count, data, place)
        struct.pack_into(order + number, data, place + struct.calcsize(count) + entries * entry, 0)
    except struct.error:  # a file may end with its last entry
        return


class PageWriter:
    """Puts TIFFs of one page behind one another in a file.

    Args:
        file: An empty file that can be read too.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.link = file, 0

    def add(self, page: bytes | memoryview) -> None:
        """Write a TIFF as the next page. All must have the same byte order, and the directory at the end.

        Raises:
            ValueError: The file becomes larger than 4 GB, which places in a TIFF cannot reach.
        """
        order, start = exif.byte_order(page), self.file.seek(0, 2)
        if start + len(page) > _LARGEST:
            raise ValueError("a TIFF ends at 4 GB")
        (directory,) = struct.unpack_from(order + "I", page, 4)
        if start == 0:
            self.file.write(page)
        else:
            moved = bytearray(page)
            _move(moved, directory, start, order)
            self.file.write(moved)
            self.file.seek(self.link)
            self.file.write(struct.pack(order + "I", start + directory))
        self.link = start + len(page) - _PLACE


def _move(tiff_file: bytearray, directory: int, by: int, order: str) -> None:
    """Add ``by`` to all places that a directory and those below it name."""
    for tag, kind, count, entry in _entries(tiff_file, directory, order):
        (place,) = struct.unpack_from(order + "I", tiff_file, entry + 8)
        inline = count * exif.WIDTHS.get(kind, 0) <= 4
        if tag in exif.BELOW:
            with suppress(struct.error):  # a damaged directory does not affect the others
                _move(tiff_file, place, by, order)
        elif tag in _OFFSETS:
            first = entry + 8 if inline else place
            strips = struct.unpack_from(f"{order}{count}I", tiff_file, first)
            struct.pack_into(f"{order}{count}I", tiff_file, first, *(strip + by for strip in strips))
        if tag in exif.BELOW or not inline:
            struct.pack_into(order + "I", tiff_file, entry + 8, place + by)


def _entries(tiff_file: bytearray, directory: int, order: str) -> Iterator[tuple[int, int, int, int]]:
    """Yield the tag, the kind, the count and the position of every entry."""
    for tag, entry in exif.places(tiff_file, directory).items():
        kind, count = struct.unpack_from(order + "HI", tiff_file, entry + 2)
        yield tag, kind, count, entry
