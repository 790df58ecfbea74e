"""Colour profiles put into PNG and JPEG files; OpenCV refuses those that libpng dislikes or that are long."""

from __future__ import annotations

import struct
import zlib
from typing import TypeAlias

Buffer: TypeAlias = bytes | memoryview
_MARK = b"ICC_PROFILE\0"
_ROOM = 65533 - len(_MARK) - 2  # bytes that a JPEG's segment can hold behind its length, its mark and two numbers


def in_png(encoded: Buffer, profile: bytes | None) -> list[Buffer]:
    """Return a PNG with a profile, in parts to be written one after the other."""
    if not profile:
        return [encoded]
    body = b"iCCPicc\0\0" + zlib.compress(profile)
    new = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return [encoded[:33], new, memoryview(encoded)[33:]]


def in_jpeg(encoded: Buffer, profile: bytes | None) -> list[Buffer]:
    """Return a JPEG with a profile behind JFIF and EXIF, in parts to be written one after the other."""
    pieces = [profile[at : at + _ROOM] for at in range(0, len(profile), _ROOM)] if profile else []
    if not 0 < len(pieces) <= 255:
        return [encoded]
    start = 2
    while encoded[start : start + 2] in (b"\xff\xe0", b"\xff\xe1"):
        start += 2 + int.from_bytes(encoded[start + 2 : start + 4], "big")
    new = b"".join(
        b"\xff\xe2" + struct.pack(">H", len(piece) + 16) + _MARK + bytes([number, len(pieces)]) + piece
        for number, piece in enumerate(pieces, start=1)
    )
    return [encoded[:start], new, memoryview(encoded)[start:]]
