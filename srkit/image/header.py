"""Headers of image files: size, kind of pixels and metadata, read before anything is decoded.

They are read first because decoders allocate any size that a header asks for, and silently decode the first frame
of an animation only.
"""

from __future__ import annotations

import io
import struct
import threading
import warnings
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, Literal, cast

import numpy as np
from PIL.JpegImagePlugin import JpegImageFile

from srkit.image import tiff
from srkit.image.exif import Encoded
from srkit.image.metadata import Metadata

Format = Literal["png", "jpeg", "webp", "bmp", "tiff"]

CMYK = "found CMYK; turn it to RGB first, with its colour profile"
ANIMATION = "found an animation"
_MAGIC: Mapping[bytes, Format] = {
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpeg",
    b"BM": "bmp",
    b"II*\0": "tiff",
    b"MM\0*": "tiff",
}
_STRANGERS = {b"GIF8": "a GIF", b"8BPS": "a Photoshop file", b"%PDF": "a PDF", b"II+\0": "a BigTIFF"}
_BRANDS = {b"heic": "a HEIC", b"heix": "a HEIC", b"mif1": "a HEIC", b"avif": "an AVIF"}
_LARGEST_PROFILE = 2**24
_PNG = (">I4s", 4)  # a chunk has its length and kind before its body, and a checksum behind
_PILLOW = threading.Lock()  # Pillow's warnings can only be silenced for all threads at once


_NOTHING = Metadata()


@dataclass(frozen=True)
class Header:
    """The properties of a file's image, before it is decoded.

    Args:
        height: Height of the decoded image: upright for a TIFF, which decoders turn; for others as it is stored.
        width: Width of the decoded image.
        channels: Number of channels, 1 to 4; always 3 for a BMP, whose header does not give it.
        deep: Whether channels have 16 bits.
        metadata: Colour profile and EXIF.
        unfit: What srkit would lose of the picture, in words; None if it loses nothing.
        gray: The level of a gray PNG, at the depth of decoded pixels, that stands for transparent pixels.
        lossless_webp: Whether it is a WebP that holds its pixels without loss.
    """

    height: int
    width: int
    channels: int = 3
    deep: bool = False
    metadata: Metadata = _NOTHING
    unfit: str | None = None
    gray: int | None = None
    lossless_webp: bool = False

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the pixels' values."""
        return np.dtype(np.uint16 if self.deep else np.uint8)


def format_of(data: Encoded) -> Format | None:
    """Return the format that the first bytes show, whatever the file's name; None for another format."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((name for magic, name in _MAGIC.items() if data[: len(magic)] == magic), None)


def stranger(data: Encoded) -> str:
    """Return a message about a file of another format, which names the format if its first bytes show it."""
    known = _BRANDS.get(bytes(data[8:12])) if data[4:8] == b"ftyp" else _STRANGERS.get(bytes(data[:4]))
    if known is None:
        return "wants an image, found a file of another kind"
    return f"wants a PNG, JPEG, WebP, BMP or TIFF, found {known}"


def read(data: Encoded) -> Header | None:
    """Return the header; None if it is cut off or makes no sense, or the format is another one."""
    kind = format_of(data)
    try:
        found = _READERS[kind](data) if kind else None
    except (struct.error, SyntaxError, ValueError, OSError, IndexError):
        return None
    return found if found is not None and min(found.height, found.width) > 0 else None


def png_flaw(data: bytes) -> str | None:
    """Return what is wrong with the body of a PNG, else None. libpng only prints it to the terminal."""
    for kind, body in _chunks(data, 8, *_PNG):
        critical = not kind[0] & 0x20  # damage to a text or a colour profile does no harm
        if critical and zlib.crc32(data[body.start - 4 : body.stop]) != int.from_bytes(
            data[body.stop : body.stop + 4], "big"
        ):
            return f"has a damaged chunk {kind.decode('latin-1')!r}"
        if kind == b"IEND":
            return None
    return f"is cut off after {len(data):,} bytes"


def _png(data: Encoded) -> Header:
    width, height, depth, inks = struct.unpack_from(">IIBB", data, 16)
    chunks = dict(_chunks(data, 8, *_PNG))
    channels = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}.get(inks, 3)
    gray = None
    if b"tRNS" in chunks and inks < 4:
        channels += 1
        (level,) = struct.unpack_from(">H", data, chunks[b"tRNS"].start) if inks == 0 else (None,)
        gray = level * 255 // (2**depth - 1) if level is not None and depth < 8 else level
    unfit = ANIMATION if b"acTL" in chunks else None
    profile = None
    if b"iCCP" in chunks:
        profile = _inflated(
            bytes(data[chunks[b"iCCP"]]).partition(b"\0")[2][1:]
        )  # the name of the profile, then its compression: deflate
    block = bytes(data[chunks[b"eXIf"]]) if b"eXIf" in chunks else None
    return Header(height, width, channels, depth == 16, Metadata(profile, block), unfit, gray)


def _inflated(packed: bytes) -> bytes | None:
    unpacker = zlib.decompressobj()
    try:
        profile = unpacker.decompress(packed, _LARGEST_PROFILE)
    except zlib.error:
        return None
    return profile if unpacker.eof else None


def _webp(data: Encoded) -> Header | None:
    chunks = dict(_chunks(data, 12, "<4sI", 0))
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
            profile, block = (bytes(data[chunks[kind]]) if kind in chunks else None for kind in (b"ICCP", b"EXIF"))
            said = Metadata(profile, block and block.removeprefix(b"Exif\0\0"))
            unfit = ANIMATION if flags & 2 else None
            lossless = b"VP8L" in chunks
            return Header(height, width, 3 + (flags >> 4 & 1), False, said, unfit, lossless_webp=lossless)
    return None


def _chunks(data: Encoded, at: int, form: str, check: int) -> Iterator[tuple[bytes, slice]]:
    """Yield the kind and the body of every complete chunk; ``check`` bytes of checksum follow it in a PNG."""
    while at + 8 <= len(data):
        size, kind = sorted(struct.unpack_from(form, data, at), key=lambda value: isinstance(value, bytes))
        body = slice(at + 8, at + 8 + size)
        if body.stop + check > len(data):
            return
        yield kind, body
        at = body.stop + (check or size & 1)  # a WebP's chunks are of even length


def _jpeg(data: Encoded) -> Header:
    with _PILLOW, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about damaged EXIF, which is left out
        picture = JpegImageFile(cast(IO[bytes], io.BytesIO(data) if isinstance(data, bytes) else data))
    block = picture.info.get("exif")
    said = Metadata(picture.info.get("icc_profile"), block and block.removeprefix(b"Exif\0\0"))
    unfit = CMYK if picture.mode == "CMYK" else None
    return Header(picture.height, picture.width, 1 if picture.mode == "L" else 3, metadata=said, unfit=unfit)


def _bmp(data: Encoded) -> Header:
    width, height = struct.unpack_from("<ii", data, 18)
    return Header(abs(height), width)  # a negative height means that rows start at the top


def _tiff(data: Encoded) -> Header:
    try:
        with tiff.opened(data) as file:
            page = tiff.first_page(file)
            sides = page.imagelength, page.imagewidth
            height, width = reversed(sides) if tiff.orientation(page) > 4 else sides
            said, unfit = tiff.metadata(data), tiff.unfit(file)
            return Header(height, width, tiff.channels(page), page.bitspersample == 16, said, unfit)
    except Exception as error:  # tifffile does not check what it reads, so it may raise any error
        raise ValueError(str(error)) from None


_READERS: Mapping[Format, Callable[[Encoded], Header | None]] = {
    "png": _png,
    "jpeg": _jpeg,
    "webp": _webp,
    "bmp": _bmp,
    "tiff": _tiff,
}
