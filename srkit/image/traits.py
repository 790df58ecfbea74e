"""What kind of picture a file holds, as its header says: what srkit must refuse, because decoding would lose it."""

from __future__ import annotations

import struct

from srkit.image import headers, ifd

BITS, PHOTOMETRIC, SAMPLES, EXTRA_SAMPLES, SUBFILE = 258, 262, 277, 338, 254
_INKS = {5: "CMYK", 8: "CIELAB", 9: "CIELAB", 10: "CIELAB"}
_PALETTE = 3
_TO_RGB = "turn it to RGB first, with its colour profile"


def unfit(data: headers.Encoded) -> str | None:
    """Say why a decoder would give less than the picture: several frames, other inks; None where it gives all."""
    match headers.format_of(data):
        case "png" if any(kind == b"acTL" for kind, _, _ in headers.png_chunks(data)):
            return "found an animation"
        case "webp" if data[12:16] == b"VP8X" and data[20] & 2:
            return "found an animation"
        case "jpeg" if _components(data) == 4:
            return f"found CMYK; {_TO_RGB}"
        case "tiff":
            return _tiff(data)
    return None


def lossless_webp(data: headers.Encoded) -> bool:
    """Whether a WebP holds its pixels without loss."""
    return headers.format_of(data) == "webp" and any(kind == b"VP8L" for kind, _, _ in headers.webp_chunks(data))


def layout(data: headers.Encoded) -> tuple[int, bool]:
    """Return the number of channels that decoding gives (1 to 4), and whether they have 16 bits.

    From the header alone; where it does not tell (a BMP), RGB in 8 bits.

    Raises:
        struct.error: It breaks off.
    """
    match headers.format_of(data):
        case "png":
            depth, inks = data[24], data[25]
            clear = any(kind == b"tRNS" for kind, _, _ in headers.png_chunks(data))
            return {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}.get(inks, 3) + (clear and inks < 4), depth == 16
        case "jpeg":
            return _components(data), False
        case "webp":
            flags = data[20] & 0x10 if data[12:16] == b"VP8X" else data[24] & 0x10 if data[12:16] == b"VP8L" else 0
            return 3 + bool(flags), False
        case "tiff":
            page = ifd.parse(data)
            samples = 3 if tiff_tag(page, PHOTOMETRIC, 1) == _PALETTE else tiff_tag(page, SAMPLES, 1)
            return min(samples, 4), tiff_tag(page, BITS, 1) == 16
    return 3, False


def tiff_tag(page: ifd.Directory, tag: int, default: int) -> int:
    """Return the first number of ``tag``."""
    found = page.get(tag)
    numbers = found.numbers() if isinstance(found, ifd.Entry) else ()
    return numbers[0] if numbers else default


def _components(data: headers.Encoded) -> int:
    for marker, at in headers.jpeg_markers(data):
        if marker in headers.SOF:
            return data[at + 9]
    return 0


def _tiff(data: headers.Encoded) -> str | None:
    try:
        pages = [page for page in ifd.pages(data) if not tiff_tag(page, SUBFILE, 0) & 1]  # 1: a smaller copy
    except struct.error:
        return None  # the decoder says it better
    if len(pages) > 1:
        return f"found {len(pages)} pages"
    first = pages[0] if pages else {}
    inks, bits = tiff_tag(first, PHOTOMETRIC, 1), tiff_tag(first, BITS, 1)
    if inks in _INKS:
        return f"found {_INKS[inks]}; {_TO_RGB}"
    colors = 3 if inks in (2, 6) else 1
    if bits == 16 and inks == 0:
        return "found 16 bits with white as zero"
    if bits == 16 and colors == 1 and tiff_tag(first, SAMPLES, 1) > 1:
        return "found 16-bit gray with alpha, which is read from a PNG alone"
    return None
