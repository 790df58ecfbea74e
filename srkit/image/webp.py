"""WebP: its header."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from srkit.image.exif import Encoded
from srkit.image.metadata import Header, Metadata
from srkit.image.png import ANIMATION


def header(data: Encoded) -> Header | None:
    """Return the header of a WebP; None if it is of no known kind.

    Raises:
        struct.error: It is cut off.
    """
    chunks = dict(_chunks(data))
    match data[12:16]:
        case b"VP8L":
            (bits,) = struct.unpack_from("<I", data, 21)
            return Header((bits >> 14 & 0x3FFF) + 1, (bits & 0x3FFF) + 1, 3 + (bits >> 28 & 1), lossless_webp=True)
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", data, 26)
            return Header(height & 0x3FFF, width & 0x3FFF)
        case b"VP8X":
            flags, *sides = struct.unpack_from("<B3xHBHB", data, 20)
            width, height = (low + (high << 16) + 1 for low, high in (sides[:2], sides[2:]))
            profile, block, xmp = (
                bytes(data[chunks[kind]]) if kind in chunks else None for kind in (b"ICCP", b"EXIF", b"XMP ")
            )
            said = Metadata(profile, block and block.removeprefix(b"Exif\0\0"), xmp)
            unfit = ANIMATION if flags & 2 else None
            lossless = b"VP8L" in chunks
            return Header(height, width, 3 + (flags >> 4 & 1), False, said, unfit, lossless_webp=lossless)
    return None


def _chunks(data: Encoded) -> Iterator[tuple[bytes, slice]]:
    """Yield the kind and the body of every complete chunk."""
    at = 12
    while at + 8 <= len(data):
        kind, size = struct.unpack_from("<4sI", data, at)
        body = slice(at + 8, at + 8 + size)
        if body.stop > len(data):
            return
        yield kind, body
        at = body.stop + (size & 1)  # chunks are of even length
