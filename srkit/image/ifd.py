"""The directories of a TIFF file, which EXIF has too: typed values by number, and directories below."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, Union

from srkit.image.headers import Encoded

SHORT, LONG, UNDEFINED = 3, 4, 7
WIDTHS = {1: 1, 2: 1, SHORT: 2, LONG: 4, 5: 8, 6: 1, UNDEFINED: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
"""Bytes of one value of each kind."""

EXIF, GPS = 34665, 34853
BELOW = frozenset({EXIF, GPS, 40965})  # the third one, interoperability, stands in EXIF's own
_DEEPEST = 3


@dataclass(frozen=True)
class Entry:
    """The values of one tag: their kind, and their bytes, little-endian."""

    kind: int
    data: bytes

    @classmethod
    def of(cls, kind: int, *values: int) -> Entry:
        """Return an entry of SHORT or LONG numbers."""
        return cls(kind, struct.pack(f"<{len(values)}{'H' if kind == SHORT else 'I'}", *values))

    def numbers(self) -> tuple[int, ...]:
        """Return the values of an entry of bytes, SHORT or LONG numbers; nothing of another kind."""
        letter = {1: "B", SHORT: "H", LONG: "I", 13: "I"}.get(self.kind)
        return () if letter is None else struct.unpack(f"<{len(self.data) // WIDTHS[self.kind]}{letter}", self.data)


Directory: TypeAlias = dict[int, Union[Entry, "Directory"]]


def parse(block: Encoded) -> Directory:
    """Return the first directory with those below it; what points outside of ``block`` is left out.

    Raises:
        struct.error: The header or the directory itself breaks off.
    """
    order = byte_order(block)
    return _directory(block, order, struct.unpack_from(order + "I", block, 4)[0], 0)


def pages(block: Encoded) -> Iterator[Directory]:
    """Give the directory of every page, nothing below it.

    Raises:
        struct.error: As in ``parse``.
    """
    order, seen = byte_order(block), set[int]()
    (at,) = struct.unpack_from(order + "I", block, 4)
    while at and at not in seen:
        seen.add(at)
        yield _directory(block, order, at, _DEEPEST)
        (count,) = struct.unpack_from(order + "H", block, at)
        (at,) = struct.unpack_from(order + "I", block, at + 2 + 12 * count)


def byte_order(block: Encoded) -> str:
    """Return the order of bytes in ``block`` as ``struct`` writes it."""
    return "<" if block[:2] == b"II" else ">"


def pack(directory: Directory, start: int) -> bytes:
    """Return ``directory`` and all that belongs to it, little-endian, to stand at ``start`` of its file."""
    first = start + 2 + 12 * len(directory) + 4
    entries, body = [], bytearray()

    def place(data: bytes) -> bytes:
        at = first + len(body)
        body.extend(data + bytes(len(data) % 2))
        return struct.pack("<I", at)

    for tag in sorted(directory):
        value = directory[tag]
        if isinstance(value, dict):
            kind, count, field = LONG, 1, place(pack(value, first + len(body)))
        else:
            kind, count = value.kind, len(value.data) // WIDTHS[value.kind]
            field = value.data.ljust(4, b"\0") if len(value.data) <= 4 else place(value.data)
        entries.append(struct.pack("<HHI", tag, kind, count) + field)
    return struct.pack("<H", len(directory)) + b"".join(entries) + bytes(4) + bytes(body)


def _directory(block: Encoded, order: str, at: int, depth: int) -> Directory:
    (count,) = struct.unpack_from(order + "H", block, at)
    found: Directory = {}
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        tag, kind, values = struct.unpack_from(order + "HHI", block, entry)
        size = values * WIDTHS.get(kind, 0)
        where = entry + 8 if size <= 4 else struct.unpack_from(order + "I", block, entry + 8)[0]
        if not size or where + size > len(block):
            continue
        value = Entry(kind, _little(bytes(block[where : where + size]), kind, order))
        if tag not in BELOW:
            found[tag] = value
        elif depth < _DEEPEST and (below := value.numbers()):
            try:
                found[tag] = _directory(block, order, below[0], depth + 1)
            except struct.error:  # one that is damaged takes nothing else with it
                continue
    return found


def _little(data: bytes, kind: int, order: str) -> bytes:
    width = WIDTHS[kind] // (2 if kind in (5, 10) else 1)  # a rational is two numbers
    if order == "<" or width == 1:
        return data
    return b"".join(data[at : at + width][::-1] for at in range(0, len(data), width))
