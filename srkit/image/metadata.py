"""What a file says of its picture beside the pixels: its colour profile and EXIF."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from srkit.image import exif, headers, ifd
from srkit.image.headers import Encoded, Format

ICC_TAG = 34675
EXIF_MARK, ICC_MARK = b"Exif\0\0", b"ICC_PROFILE\0"
_APP1, _APP2, _SOS = 0xE1, 0xE2, 0xDA
_LARGEST_PROFILE = 2**24
_WEBP = (b"ICCP", b"EXIF")


@dataclass(frozen=True)
class Metadata:
    """A colour profile (ICC) and an EXIF block (from its byte order on), as bytes; None where there is none."""

    icc: bytes | None = None
    exif: bytes | None = None

    def renewed(self, height: int, width: int) -> Metadata:
        """Return what is true of the upright, enlarged picture. EXIF that is damaged is dropped."""
        if self.exif is None:
            return self
        try:
            return Metadata(self.icc, exif.renewed(self.exif, height, width))
        except struct.error:
            return Metadata(self.icc)

    def fitting(self, channels: int) -> Metadata:
        """Return it without a colour profile that is of gray where the picture is not, or the other way round."""
        if self.icc is None or (self.icc[16:20] == b"GRAY") == (channels < 3):
            return self
        return Metadata(None, self.exif)


def read(data: Encoded) -> Metadata:
    """Read what the file ``data`` says; what is damaged is left out."""
    kind = headers.format_of(data)
    if kind is None or kind not in _READERS:
        return Metadata()
    try:
        return _READERS[kind](data)
    except (struct.error, zlib.error, IndexError):
        return Metadata()


def _jpeg(data: Encoded) -> Metadata:
    block, profile = None, {}
    for marker, at in headers.jpeg_markers(data):
        if marker == _SOS:
            break
        body = bytes(data[at + 4 : at + 2 + int(struct.unpack_from(">H", data, at + 2)[0])])
        if marker == _APP1 and body.startswith(EXIF_MARK) and block is None:
            block = body[len(EXIF_MARK) :]
        elif marker == _APP2 and body.startswith(ICC_MARK):
            number, count = body[len(ICC_MARK)], body[len(ICC_MARK) + 1]
            profile[number] = body[len(ICC_MARK) + 2 :]
            whole = sorted(profile) == [*range(1, count + 1)]
    icc = b"".join(profile[number] for number in sorted(profile)) if profile and whole else None
    return Metadata(icc, block)


def _png(data: Encoded) -> Metadata:
    found: dict[bytes, bytes] = {}
    for kind, start, end in headers.png_chunks(data):
        if kind in (b"iCCP", b"eXIf"):
            found[kind] = bytes(data[start:end])
    icc = None
    if b"iCCP" in found:
        packed = found[b"iCCP"].partition(b"\0")[2][1:]  # its name, then the method: deflate
        unpacker = zlib.decompressobj()
        icc = unpacker.decompress(packed, _LARGEST_PROFILE)
        icc = icc if unpacker.eof else None
    return Metadata(icc, found.get(b"eXIf"))


def _webp(data: Encoded) -> Metadata:
    found = {kind: bytes(data[start:end]) for kind, start, end in headers.webp_chunks(data) if kind in _WEBP}
    block = found.get(b"EXIF")
    return Metadata(found.get(b"ICCP"), block and block.removeprefix(EXIF_MARK))


def _tiff(data: Encoded) -> Metadata:
    directory = ifd.parse(data)
    icc = directory.get(ICC_TAG)
    return Metadata(icc.data if isinstance(icc, ifd.Entry) else None, exif.from_tiff(directory))


_READERS: Mapping[Format, Callable[[Encoded], Metadata]] = {
    "jpeg": _jpeg,
    "png": _png,
    "webp": _webp,
    "tiff": _tiff,
}
