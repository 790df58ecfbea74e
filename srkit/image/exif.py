"""EXIF, byte by byte: updates for a picture that was turned and enlarged, and EXIF blocks from TIFF files.

A block has the structure of a TIFF file: directories of tags, each with a kind, a count, and values or their place.
Pillow rewrites all values and may change their kinds; here they keep their bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Collection
from mmap import mmap
from typing import TypeAlias, Union

Encoded: TypeAlias = bytes | bytearray | memoryview | mmap

SHORT, LONG = 3, 4
WIDTHS = {1: 1, 2: 1, SHORT: 2, LONG: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
"""Bytes of one value of each kind."""

ORIENTATION, WIDTH, HEIGHT = 274, 256, 257
PIXELS_ACROSS, PIXELS_DOWN = 40962, 40963
EXIF, GPS = 34665, 34853
BELOW = (EXIF, GPS, 40965)
"""Tags that point to further directories; the third, interoperability, stands in the EXIF directory."""

DESCRIBES = frozenset(
    {269, 270, 271, 272, 282, 283, 285, 296, 297, 305, 306, 315, 316, 18246, 18249, 33432, EXIF, GPS}
    | set(range(40091, 40096))
)
"""Tags of a TIFF that describe the picture and not its storage: author, camera, date, rights, resolution, page."""

RESOLUTION = frozenset({282, 283, 296})
"""Tags of the number of pixels per inch or centimeter."""

Value: TypeAlias = tuple[int, bytes]  # a kind, and values in the byte order of their block
Directory: TypeAlias = dict[int, Union[Value, "Directory"]]


def byte_order(block: Encoded) -> str:
    """Return the byte order of ``block`` in the notation of ``struct``."""
    return ">" if block[:2] == b"MM" else "<"


def orientation(block: bytes) -> int:
    """Return the orientation of the picture, 1 (upright) to 8; 1 if the block has none."""
    try:
        kind, data = values(block).get(ORIENTATION, (0, b""))
        (found,) = struct.unpack(byte_order(block) + {SHORT: "H", LONG: "I"}.get(kind, "0s"), data)
    except struct.error:
        return 1
    return found if found in range(1, 9) else 1


def renewed(block: bytes, height: int, width: int) -> bytes:
    """Return EXIF for an upright picture of this size, without the thumbnail, which would show the old picture.

    Bytes are overwritten in place, since moving a maker's note breaks its own pointers.
    """
    fresh = bytearray(block)
    order = byte_order(block)
    (start,) = struct.unpack_from(order + "I", block, 4)
    entries = places(block)
    if ORIENTATION in entries:
        struct.pack_into(order + "HIHH", fresh, entries[ORIENTATION] + 2, SHORT, 1, 1, 0)
    below = {}
    if EXIF in entries:
        (second,) = struct.unpack_from(order + "I", block, entries[EXIF] + 8)
        below = places(block, second)
    for tag, value in ((WIDTH, width), (HEIGHT, height), (PIXELS_ACROSS, width), (PIXELS_DOWN, height)):
        at = (below if tag > 32768 else entries).get(tag)
        if at is not None:
            struct.pack_into(order + "HII", fresh, at + 2, LONG, 1, value)
    (count,) = struct.unpack_from(order + "H", block, start)
    struct.pack_into(order + "I", fresh, start + 2 + 12 * count, 0)
    return bytes(fresh)


def places(block: Encoded, at: int | None = None) -> dict[int, int]:
    """Return the positions of the entries of the directory at ``at``, or of the first directory, by tag.

    Raises:
        struct.error: The block or the directory is cut off.
    """
    order = byte_order(block)
    if at is None:
        (at,) = struct.unpack_from(order + "I", block, 4)
    (count,) = struct.unpack_from(order + "H", block, at)
    return {
        struct.unpack_from(order + "H", block, entry)[0]: entry for entry in range(at + 2, at + 2 + 12 * count, 12)
    }


def values(block: Encoded, at: int | None = None) -> dict[int, Value]:
    """Return the values of a directory, by default the first; values that lie outside of ``block`` are left out.

    Raises:
        struct.error: The header or the directory is cut off.
    """
    order, found = byte_order(block), {}
    for tag, entry in places(block, at).items():
        kind, count, place = struct.unpack_from(order + "HII", block, entry + 2)
        size = count * WIDTHS.get(kind, 0)
        place = entry + 8 if size <= 4 else place
        data = bytes(block[place : place + size])
        if size and len(data) == size:
            found[tag] = (kind, data)
    return found


def from_tiff(data: Encoded) -> bytes | None:
    """Return the EXIF block with a TIFF's description of its first picture; None if it has none.

    Raises:
        struct.error: As in ``values``.
    """
    kept = _with_those_below(data, {tag: value for tag, value in values(data).items() if tag in DESCRIBES}, BELOW)
    start = bytes(data[:4]) + struct.pack(byte_order(data) + "I", 8)
    return start + _packed(kept, 8, byte_order(data)) if kept else None


def _with_those_below(block: Encoded, directory: dict[int, Value], below: Collection[int]) -> Directory:
    found: Directory = dict(directory)
    for tag in set(below) & set(directory):
        others = [other for other in below if other != tag]  # no directory contains itself, so this recursion ends
        try:
            (at,) = struct.unpack(byte_order(block) + "I", directory[tag][1])
            found[tag] = _with_those_below(block, values(block, at), others)
        except struct.error:  # a damaged directory does not affect the others
            del found[tag]
    return found


def _packed(directory: Directory, start: int, order: str) -> bytes:
    """Return ``directory`` with its values and sub-directories as bytes for position ``start`` of its block."""
    entries, body = [], bytearray()
    behind = start + 2 + 12 * len(directory) + 4
    for tag, value in sorted(directory.items()):
        place = struct.pack(order + "I", behind + len(body))
        if isinstance(value, dict):
            kind, count, data = LONG, 1, _packed(value, behind + len(body), order)
        else:
            kind, data = value
            count = len(data) // WIDTHS[kind]
        if len(data) <= 4:
            place = data.ljust(4, b"\0")
        else:
            body += data + bytes(len(data) % 2)
        entries.append(struct.pack(order + "HHI", tag, kind, count) + place)
    return struct.pack(order + "H", len(directory)) + b"".join(entries) + bytes(4) + bytes(body)
