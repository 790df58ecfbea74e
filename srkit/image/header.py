"""Headers of image files: size, kind of pixels and metadata, read before anything is decoded.

They are read first because decoders allocate any size that a header asks for, and silently decode the first frame
of an animation only.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal

from srkit.image import jpeg, pillow, png, tiff, webp
from srkit.image.exif import Encoded
from srkit.image.metadata import Header

Format = Literal["png", "jpeg", "webp", "bmp", "tiff", "gif", "avif", "heic"]

READABLE = "a PNG, JPEG, WebP, TIFF, BMP, GIF, AVIF or HEIC"
WITHOUT_HEIC = "found a HEIC; pip install 'srkit[heic]' reads it"

_MAGIC: Mapping[bytes, Format] = {
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpeg",
    b"BM": "bmp",
    b"II*\0": "tiff",
    b"MM\0*": "tiff",
    b"II+\0": "tiff",
    b"MM\0+": "tiff",
    b"GIF8": "gif",
}
_BRANDS: Mapping[bytes, Format] = {
    **dict.fromkeys((b"avif", b"avis"), "avif"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"), "heic"),
}
_STRANGERS = {
    b"8BPS": "a Photoshop file",
    b"%PDF": "a PDF",
    b"%!PS": "a PostScript file",
    b"\xff\x0a": "a JPEG XL",
    b"\0\0\0\x0cJXL ": "a JPEG XL",
    b"\0\0\0\x0cjP  ": "a JPEG 2000",
    b"\xff\x4f\xff\x51": "a JPEG 2000",
    b"\x76\x2f\x31\x01": "an OpenEXR file",
    b"#?RADIANCE": "a Radiance HDR file",
    b"gimp xcf": "a GIMP file",
    b"FUJIFILMCCD-RAW": "a camera's raw file",
    b"IIRO": "a camera's raw file",
    b"IIU\0": "a camera's raw file",
    b"<svg": "an SVG",
    b"<?xml": "an XML file, such as an SVG",
    b"<!DOCTYPE html": "a web page",
    b"<html": "a web page",
    b"PK\x03\x04": "a zip",
    b"\x1f\x8b": "a gzip",
    b"\0\0\x01\0": "an icon",
    b"qoif": "a QOI",
    b"DDS ": "a DDS",
}


def format_of(data: Encoded) -> Format | None:
    """Return the format that the first bytes show, whatever the file's name; None for another format."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp":
        (length,) = struct.unpack(">I", data[:4])
        if b"avif" in bytes(data[16 : min(length, 256)]):  # an AVIF whose first brand is the general mif1
            return "avif"
        return _BRANDS.get(bytes(data[8:12]))
    return next((name for magic, name in _MAGIC.items() if data[: len(magic)] == magic), None)


def stranger(data: Encoded) -> str:
    """Return a message about a file of another format, which names the format if its first bytes show it."""
    if data[4:8] == b"ftyp":
        kind = "a camera's raw file" if data[8:12] == b"crx " else "a film"
        return f"wants {READABLE}, found {kind}"
    known = next((name for magic, name in _STRANGERS.items() if data[: len(magic)] == magic), None)
    if known is None:
        return "wants an image, found a file of another kind"
    return f"wants {READABLE}, found {known}"


def read(data: Encoded) -> Header | None:
    """Return the header; None if it is cut off or makes no sense, or the format is another one."""
    kind = format_of(data)
    try:
        found = _READERS[kind](data) if kind else None
    except (struct.error, SyntaxError, ValueError, OSError, IndexError, EOFError):
        return None
    if found is None or not all(isinstance(side, int) for side in (found.height, found.width)):
        return None  # a damaged TIFF may give several numbers for one side
    return found if min(found.height, found.width) > 0 else None


_READERS: Mapping[Format, Callable[[Encoded], Header | None]] = {
    "png": png.header,
    "jpeg": jpeg.header,
    "webp": webp.header,
    "tiff": tiff.header,
    "bmp": partial(pillow.header, kind="bmp"),
    "gif": partial(pillow.header, kind="gif"),
    "avif": partial(pillow.header, kind="avif"),
    "heic": partial(pillow.header, kind="heic"),
}
