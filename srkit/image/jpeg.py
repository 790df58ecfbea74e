"""JPEG: header, strict decoding, and the segments that describe a picture."""

from __future__ import annotations

import io
import struct
from typing import IO, cast

import numpy as np
import simplejpeg
from PIL.JpegImagePlugin import JpegImageFile

from srkit.image import cmyk
from srkit.image.array import Pixels
from srkit.image.exif import Encoded
from srkit.image.metadata import Buffer, Header, Metadata
from srkit.image.quiet import quiet

_APP1, _APP2 = 0xE1, 0xE2
_ICC, _XMP = b"ICC_PROFILE\0", b"http://ns.adobe.com/xap/1.0/\0"
_LONGEST = 65533  # bytes of a segment behind its length
_FILMS = tuple(b"ftyp" + brand for brand in (b"mp42", b"mp41", b"isom", b"qt  ", b"avc1"))
_JFIF = b"JFIF\0"
_INCH, _CENTIMETER = 1, 2


def opened(data: Encoded) -> JpegImageFile:
    """Return a JPEG as Pillow reads it, of which only the header has been read.

    Raises:
        SyntaxError: It is no JPEG.
        OSError: It is cut off.
    """
    with quiet():
        return JpegImageFile(cast(IO[bytes], io.BytesIO(data) if isinstance(data, bytes) else data))


def header(data: Encoded) -> Header:
    """Return the header of a JPEG.

    Raises:
        SyntaxError: It is no JPEG.
        OSError: It is cut off.
    """
    picture = opened(data)
    block, profile = picture.info.get("exif"), picture.info.get("icc_profile")
    said = Metadata(profile, block and block.removeprefix(b"Exif\0\0"), picture.info.get("xmp"), _dpi(picture))
    inks = picture.mode == "CMYK"
    return Header(
        picture.height,
        picture.width,
        1 if picture.mode == "L" else 3,
        metadata=cmyk.converted(said) if inks and profile else said,
        unfit=cmyk.WITHOUT_PROFILE if inks and not profile else None,
        note=cmyk.NOTE if inks else _further(data, picture),
        cmyk=inks,
    )


def decode(data: bytes, file_header: Header) -> Pixels:
    """Decode a JPEG.

    Raises:
        ValueError: It is damaged, in the decoder's words.
        OSError: It is cut off or damaged.
    """
    if file_header.cmyk:
        return cmyk.to_rgb(opened(data))
    colors = "GRAY" if file_header.channels == 1 else "RGB"
    try:
        return np.asarray(simplejpeg.decode_jpeg(data, colorspace=colors, strict=True))
    except ValueError as error:
        raise ValueError(f"found a damaged one: {str(error).strip().rstrip('.').lower()}") from None


def described(encoded: Buffer, metadata: Metadata) -> list[Buffer]:
    """Return an encoded JPEG with a profile, XMP and a resolution, in parts to be written one after the other."""
    start = 2
    while encoded[start : start + 2] in (b"\xff\xe0", b"\xff\xe1"):  # JFIF and EXIF come first
        start += 2 + int.from_bytes(encoded[start + 2 : start + 4], "big")
    head = bytes(encoded[:start])
    if metadata.dpi and head[6:11] == _JFIF:
        across, down = (min(65535, max(1, round(one))) for one in metadata.dpi)
        head = head[:13] + struct.pack(">BHH", _INCH, across, down) + head[18:]
    said = [*_of_xmp(metadata.xmp), *_of_profile(metadata.icc)]
    return [head, *(_segment(kind, body) for kind, body in said), memoryview(encoded)[start:]]


def _of_xmp(xmp: bytes | None) -> list[tuple[int, bytes]]:
    """Return the segment of XMP; a packet that is too long for one is left out."""
    return [(_APP1, _XMP + xmp)] if xmp and len(xmp) + len(_XMP) <= _LONGEST else []


def _of_profile(profile: bytes | None) -> list[tuple[int, bytes]]:
    """Return the segments of a profile; one that is too long for 255 of them is left out."""
    room = _LONGEST - len(_ICC) - 2
    pieces = [profile[at : at + room] for at in range(0, len(profile), room)] if profile else []
    if len(pieces) > 255:
        return []
    return [(_APP2, _ICC + bytes([number, len(pieces)]) + piece) for number, piece in enumerate(pieces, start=1)]


def _segment(kind: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, kind, len(body) + 2) + body


def _dpi(picture: JpegImageFile) -> tuple[float, float] | None:
    unit, density = picture.info.get("jfif_unit"), picture.info.get("jfif_density")
    if not density or min(density) < 1 or unit not in (_INCH, _CENTIMETER):
        return None
    factor = 1.0 if unit == _INCH else 2.54
    return density[0] * factor, density[1] * factor


def _further(data: Encoded, picture: JpegImageFile) -> str | None:
    """Return a note about what stands behind the first picture of the file."""
    if not isinstance(data, memoryview) and any(data.find(brand) > 0 for brand in _FILMS):
        return "holds a film too (a motion photo), which is left out"
    pictures = picture.info.get("mpoffset") is not None or b"MPF\0" in picture.info.get("mp", b"")
    return "holds further pictures (MPO), which are left out" if pictures else None
