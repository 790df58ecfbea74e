"""Colour profiles and EXIF put into encoded files: the pixels' own bytes are not touched, nor copied."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from typing import TypeAlias

from srkit.image import exif, headers, ifd, traits
from srkit.image.alpha import chunk
from srkit.image.headers import Format
from srkit.image.metadata import EXIF_MARK, ICC_MARK, ICC_TAG, Metadata

Buffer: TypeAlias = bytes | memoryview
_SEGMENT = 65533  # what a JPEG segment holds behind its length
_UNASSOCIATED = 2  # alpha that the colours were not multiplied by


def embed(encoded: Buffer, metadata: Metadata, *, alpha: bool) -> list[Buffer]:
    """Return the parts of a file that holds ``encoded`` and ``metadata``, to be written one after the other.

    Args:
        encoded: A PNG, JPEG, WebP or TIFF; other formats hold no metadata and come back as they are.
        metadata: What to put in. EXIF of more than 64 KiB does not fit into a JPEG, and is left out there.
        alpha: Whether the picture has an alpha channel; a WebP and a TIFF must say so.
    """
    kind = headers.format_of(encoded)
    if kind is None or kind not in _WRITERS:
        return [encoded]
    return _WRITERS[kind](encoded, metadata, alpha)


def _png(encoded: Buffer, metadata: Metadata, _alpha: bool) -> list[Buffer]:
    after_header = 8 + 12 + 13
    new = chunk(b"iCCP", b"icc\0\0" + zlib.compress(metadata.icc)) if metadata.icc else b""
    new += chunk(b"eXIf", metadata.exif) if metadata.exif else b""
    return [encoded[:after_header], new, memoryview(encoded)[after_header:]]


def _jpeg(encoded: Buffer, metadata: Metadata, _alpha: bool) -> list[Buffer]:
    start = 2
    if encoded[2:4] == b"\xff\xe0":  # JFIF comes first
        start += 2 + int(struct.unpack_from(">H", encoded, 4)[0])
    bodies = []
    if metadata.exif and len(metadata.exif) + len(EXIF_MARK) <= _SEGMENT:
        bodies.append((b"\xff\xe1", EXIF_MARK + metadata.exif))
    room = _SEGMENT - len(ICC_MARK) - 2
    pieces = [metadata.icc[at : at + room] for at in range(0, len(metadata.icc), room)] if metadata.icc else []
    if len(pieces) <= 255:
        bodies += [
            (b"\xff\xe2", ICC_MARK + bytes([number, len(pieces)]) + piece)
            for number, piece in enumerate(pieces, start=1)
        ]
    new = b"".join(marker + struct.pack(">H", len(body) + 2) + body for marker, body in bodies)
    return [encoded[:start], new, memoryview(encoded)[start:]]


def _webp(encoded: Buffer, metadata: Metadata, alpha: bool) -> list[Buffer]:
    if not metadata.icc and not metadata.exif:
        return [encoded]
    height, width = headers.size(encoded) or (1, 1)
    flags = 0x20 * bool(metadata.icc) | 0x10 * alpha | 0x08 * bool(metadata.exif)
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    before = _riff(b"VP8X", bytes([flags, 0, 0, 0]) + sides)
    before += _riff(b"ICCP", metadata.icc) if metadata.icc else b""
    after = _riff(b"EXIF", metadata.exif) if metadata.exif else b""
    pixels = [
        memoryview(encoded)[start - 8 : end + (end & 1)]
        for kind, start, end in headers.webp_chunks(encoded)
        if kind in (b"ALPH", b"VP8 ", b"VP8L")
    ]
    size = 4 + len(before) + sum(map(len, pixels)) + len(after)
    return [b"RIFF" + struct.pack("<I", size) + b"WEBP" + before, *pixels, after]


def _riff(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def _tiff(encoded: Buffer, metadata: Metadata, alpha: bool) -> list[Buffer]:
    """Write the directory again, behind the pixels."""
    directory = ifd.parse(encoded)
    if alpha:
        directory[traits.EXTRA_SAMPLES] = ifd.Entry.of(ifd.SHORT, _UNASSOCIATED)
    if metadata.icc:
        directory[ICC_TAG] = ifd.Entry(ifd.UNDEFINED, metadata.icc)
    if metadata.exif:
        directory |= exif.describing(ifd.parse(metadata.exif))
    place = len(encoded) + len(encoded) % 2
    start = bytes(encoded[:4]) + struct.pack("<I", place)
    return [start, memoryview(encoded)[8:], bytes(len(encoded) % 2), ifd.pack(directory, place)]


_WRITERS: Mapping[Format, Callable[[Buffer, Metadata, bool], list[Buffer]]] = {
    "png": _png,
    "jpeg": _jpeg,
    "webp": _webp,
    "tiff": _tiff,
}
