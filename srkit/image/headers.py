"""What the bytes of an image file say before anything is decoded: its format, its size, whether all of it is there.

Decoders fill what was cut off with grey and only print a warning, and allocate whatever a
header asks for. Both are found here, without them.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from mmap import mmap
from typing import Literal, TypeAlias
from zlib import crc32

Encoded: TypeAlias = bytes | memoryview | mmap
Format = Literal["png", "jpeg", "webp", "bmp", "tiff"]
Size = tuple[int, int]

_MAGIC: dict[bytes, Format] = {
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpeg",
    b"BM": "bmp",
    b"II*\0": "tiff",
    b"MM\0*": "tiff",
}
_STRANGERS = {b"GIF8": "a GIF", b"8BPS": "a Photoshop file", b"%PDF": "a PDF", b"II+\0": "a BigTIFF"}
_BRANDS = {b"heic": "a HEIC", b"heix": "a HEIC", b"mif1": "a HEIC", b"avif": "an AVIF"}
SOF = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # JPEG's frame headers, which hold the size
_EOI, _SOS = 0xD9, 0xDA
_IN_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # a marker that ends a scan: no escaped byte, no restart
_TIFF_WIDTH, _TIFF_HEIGHT, _TIFF_ORIENTATION = 256, 257, 274


def format_of(data: Encoded) -> Format | None:
    """Return the format that the first bytes name, whatever the file is called; None where it is another."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((name for magic, name in _MAGIC.items() if data[: len(magic)] == magic), None)


def stranger(data: Encoded) -> str | None:
    """Say what a picture of none of these formats is, as far as its first bytes tell."""
    return _BRANDS.get(bytes(data[8:12])) if data[4:8] == b"ftyp" else _STRANGERS.get(bytes(data[:4]))


def size(data: Encoded) -> Size | None:
    """Return (height, width); None where the header breaks off or makes no sense."""
    try:
        kind = format_of(data)
        found = None if kind is None else _SIZES[kind](data)
    except struct.error:  # it breaks off
        return None
    return found if found is not None and min(found) > 0 else None


def flaw(data: Encoded) -> str | None:
    """Say what is wrong with the body of a PNG, JPEG or WebP: cut off, or a damaged PNG chunk; None if nothing is.

    BMP and TIFF have no end mark; there the decoder fails by itself.
    """
    cut = f"is cut off after {len(data):,} bytes"
    match format_of(data):
        case "png":
            return _png_flaw(data, cut)
        case "jpeg":
            return None if any(marker == _EOI for marker, _ in jpeg_markers(data)) else cut
        case "webp":
            return None if int.from_bytes(data[4:8], "little") + 8 <= len(data) else cut
    return None


def gray_with_alpha(data: Encoded) -> bool:
    """Whether a PNG holds gray and alpha, which OpenCV hands out as three equal channels and alpha."""
    return format_of(data) == "png" and data[25:26] == b"\x04"


def png_chunks(data: Encoded) -> Iterator[tuple[bytes, int, int]]:
    """Give (kind, start, end) of the body of every whole chunk of a PNG."""
    at = 8
    while at + 12 <= len(data):
        end = at + 8 + int(struct.unpack_from(">I", data, at)[0])
        if end + 4 > len(data):
            return
        yield bytes(data[at + 4 : at + 8]), at + 8, end
        at = end + 4


def webp_chunks(data: Encoded) -> Iterator[tuple[bytes, int, int]]:
    """Give (kind, start, end) of the body of every whole chunk of a WebP."""
    at = 12
    while at + 8 <= len(data):
        end = at + 8 + int(struct.unpack_from("<I", data, at + 4)[0])
        if end > len(data):
            return
        yield bytes(data[at : at + 4]), at + 8, end
        at = end + (end & 1)


def _png_size(data: Encoded) -> Size:
    width, height = struct.unpack_from(">II", data, 16)
    return height, width


def _png_flaw(data: Encoded, cut: str) -> str | None:
    for kind, start, end in png_chunks(data):
        critical = not kind[0] & 0x20  # a text or a colour profile may be wrong
        if critical and struct.unpack_from(">I", data, end)[0] != crc32(data[start - 4 : end]):
            return f"has a damaged chunk {kind.decode('latin-1')!r}"
        if kind == b"IEND":
            return None
    return cut


def _bmp_size(data: Encoded) -> Size:
    width, height = struct.unpack_from("<ii", data, 18)
    return abs(height), width  # negative: stored from the top


def _webp_size(data: Encoded) -> Size | None:
    match data[12:16]:
        case b"VP8L":
            (bits,) = struct.unpack_from("<I", data, 21)
            return (bits >> 14 & 0x3FFF) + 1, (bits & 0x3FFF) + 1
        case b"VP8X" if len(data) >= 30:
            return int.from_bytes(data[27:30], "little") + 1, int.from_bytes(data[24:27], "little") + 1
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", data, 26)
            return height & 0x3FFF, width & 0x3FFF
    return None


def _jpeg_size(data: Encoded) -> Size | None:
    for marker, at in jpeg_markers(data):
        if marker in SOF:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return height, width
    return None


def jpeg_markers(data: Encoded) -> Iterator[tuple[int, int]]:
    """Give (marker, place) of every segment of the first picture; thumbnails lie inside segments."""
    at = 2
    while at + 1 < len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # fill bytes may stand before a marker
            at += 1
            continue
        yield marker, at
        if marker == _EOI or at + 4 > len(data):
            return
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
        if marker == _SOS:
            found = _IN_SCAN.search(data, at)
            if found is None:
                return
            at = found.start()


def _tiff_size(data: Encoded) -> Size | None:
    order = "<" if data[:2] == b"II" else ">"
    (at,) = struct.unpack_from(order + "I", data, 4)
    (count,) = struct.unpack_from(order + "H", data, at)
    tags = {}
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        tag, kind = struct.unpack_from(order + "HH", data, entry)
        if kind in (3, 4):  # SHORT, LONG
            (tags[tag],) = struct.unpack_from(order + ("H" if kind == 3 else "I"), data, entry + 8)
    if _TIFF_HEIGHT not in tags or _TIFF_WIDTH not in tags:
        return None
    height, width = tags[_TIFF_HEIGHT], tags[_TIFF_WIDTH]
    return (width, height) if tags.get(_TIFF_ORIENTATION, 1) > 4 else (height, width)  # OpenCV turns TIFFs


_SIZES = {"png": _png_size, "jpeg": _jpeg_size, "webp": _webp_size, "bmp": _bmp_size, "tiff": _tiff_size}
