"""PNG: chunks, header, and the chunks that describe a picture."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping

from srkit.image.exif import Encoded
from srkit.image.metadata import Buffer, Header, Metadata

ANIMATION = "found an animation"
START = 8  # bytes of the signature
HEADED = 33  # bytes of the signature and the first chunk, IHDR
COLORS = (b"gAMA", b"cHRM", b"sRGB", b"cICP")
"""Chunks that say which colours the numbers stand for, beside a profile."""

_SRGB_GAMMA, _SRGB_PRIMARIES = 45455, (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
_SRGB_CODE_POINTS = ((1, 13, 0, 1), (1, 1, 0, 1))  # BT.709 primaries, with sRGB's or BT.709's curve
_LARGEST_PROFILE = 2**24
_LARGEST_TEXT = 2**20
_DECODED = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_XMP = b"XML:com.adobe.xmp"
_METERS_TO_INCHES = 0.0254


def chunks(data: Encoded) -> Iterator[tuple[bytes, slice]]:
    """Yield the kind and the body of every complete chunk."""
    at = START
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        body = slice(at + 8, at + 8 + size)
        if body.stop + 4 > len(data):
            return
        yield kind, body
        at = body.stop + 4


def flaw(data: bytes) -> str | None:
    """Return what is wrong with the body of a PNG, else None. libpng only prints it to the terminal."""
    for kind, body in chunks(data):
        critical = not kind[0] & 0x20  # damage to a text or a colour profile does no harm
        if critical and zlib.crc32(data[body.start - 4 : body.stop]) != int.from_bytes(
            data[body.stop : body.stop + 4], "big"
        ):
            return f"has a damaged chunk {kind.decode('latin-1')!r}"
        if kind == b"IEND":
            return None
    return f"is cut off after {len(data):,} bytes"


def bare(data: bytes) -> bytes:
    """Return a PNG without the chunks that decoders do not need; libpng prints warnings about them."""
    kept = (data[body.start - 8 : body.stop + 4] for kind, body in chunks(data) if kind in _DECODED)
    return b"".join([data[:START], *kept])


def header(data: Encoded) -> Header:
    """Return the header of a PNG.

    Raises:
        struct.error: It is cut off.
    """
    width, height, depth, inks = struct.unpack_from(">IIBB", data, 16)
    found: dict[bytes, bytes] = {}
    texts: list[bytes] = []
    for kind, body in chunks(data):
        if kind in (b"tEXt", b"zTXt", b"iTXt"):
            texts.append(bytes(data[body.start - 4 : body.stop]))
        elif kind not in _DECODED or kind == b"tRNS":
            found[kind] = bytes(data[body])
    channels = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}.get(inks, 3)
    gray = None
    if b"tRNS" in found and inks < 4:
        channels += 1
        (level,) = struct.unpack_from(">H", found[b"tRNS"]) if inks == 0 else (None,)
        gray = level * 255 // (2**depth - 1) if level is not None and depth < 8 else level
    unfit = ANIMATION if _frames(found) > 1 else None
    colors = {kind: found[kind] for kind in COLORS if kind in found}
    said = Metadata(
        icc=_profile(found.get(b"iCCP")),
        exif=found.get(b"eXIf"),
        xmp=next((xmp for text in texts if (xmp := _xmp(text))), None),
        dpi=_dpi(found.get(b"pHYs")),
        texts=tuple(text for text in texts if not _is_xmp(text)) if sum(map(len, texts)) < _LARGEST_TEXT else (),
        colors={} if b"iCCP" in found and b"cICP" not in colors else colors,
    )
    return Header(height, width, channels, depth == 16, said, unfit, gray)


def described(encoded: Buffer, metadata: Metadata) -> list[Buffer]:
    """Return an encoded PNG with its metadata but for EXIF, in parts to be written one after the other."""
    new = [*metadata.colors.items()]
    if metadata.icc:
        new.append((b"iCCP", b"icc\0\0" + zlib.compress(metadata.icc)))
    if metadata.dpi:
        across, down = (round(one / _METERS_TO_INCHES) for one in metadata.dpi)
        new.append((b"pHYs", struct.pack(">IIB", across, down, 1)))
    if metadata.xmp:
        new.append((b"iTXt", _XMP + bytes(5) + metadata.xmp))
    new += [(text[:4], text[4:]) for text in metadata.texts]
    return [encoded[:HEADED], *(_chunk(kind, body) for kind, body in new), memoryview(encoded)[HEADED:]]


def beyond_srgb(colors: Mapping[bytes, bytes]) -> str | None:
    """Return what chunks say about colours other than sRGB, in words; None if they say sRGB, or nothing."""
    code_points = tuple(colors.get(b"cICP", b""))
    if code_points:
        return None if code_points in _SRGB_CODE_POINTS else f"colours of the kind cICP {code_points}"
    if b"sRGB" in colors:
        return None
    gamma = int.from_bytes(colors.get(b"gAMA", _SRGB_GAMMA.to_bytes(4, "big")), "big")
    if abs(gamma - _SRGB_GAMMA) > 500:
        return f"a gamma of {gamma / 1e5:g}"
    primaries = colors.get(b"cHRM", b"")
    if (
        len(primaries) == 32
        and max(
            abs(one - other) for one, other in zip(struct.unpack(">8I", primaries), _SRGB_PRIMARIES, strict=True)
        )
        > 500
    ):
        return "primaries of its own (cHRM)"
    return None


def _frames(found: Mapping[bytes, bytes]) -> int:
    return int.from_bytes(found[b"acTL"][:4], "big") if b"acTL" in found else 1


def _profile(body: bytes | None) -> bytes | None:
    if body is None:
        return None
    return _inflated(body.partition(b"\0")[2][1:])  # the profile's name, then its compression: deflate


def _xmp(text: bytes) -> bytes | None:
    """Return the XMP in a chunk of text, which may be compressed."""
    if not _is_xmp(text):
        return None
    flags, rest = text[4 + len(_XMP) + 1 : 4 + len(_XMP) + 3], text[4 + len(_XMP) + 3 :]
    content = rest.partition(b"\0")[2].partition(b"\0")[2]  # behind a language and a translated keyword
    return _inflated(content) if flags[:1] == b"\1" else content


def _is_xmp(text: bytes) -> bool:
    return text.startswith(b"iTXt" + _XMP + b"\0")


def _dpi(body: bytes | None) -> tuple[float, float] | None:
    if body is None or len(body) != 9 or body[8] != 1:
        return None  # without a unit it is the shape of a pixel
    across, down = struct.unpack_from(">II", body)
    return across * _METERS_TO_INCHES, down * _METERS_TO_INCHES


def _inflated(packed: bytes) -> bytes | None:
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(packed, _LARGEST_PROFILE)
    except zlib.error:
        return None
    return content if unpacker.eof else None


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
