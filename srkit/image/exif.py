"""What has to change in EXIF when a picture is turned upright and enlarged; all else stays byte by byte."""

from __future__ import annotations

import struct

from srkit.image import ifd

ORIENTATION, WIDTH, HEIGHT = 274, 256, 257
PIXELS_ACROSS, PIXELS_DOWN = 40962, 40963

DESCRIBES = frozenset(
    {270, 271, 272, 282, 283, 296, 305, 306, 315, 316, 18246, 18249, 33432, *range(40091, 40096), ifd.EXIF, ifd.GPS}
)
"""Tags of a TIFF that tell of the picture, not of how it is stored: author, camera, date, rights, resolution."""


def orientation(block: bytes) -> int:
    """Return how the picture lies, 1 (upright) to 8; 1 where nothing is said."""
    try:
        found = ifd.parse(block).get(ORIENTATION)
    except struct.error:
        return 1
    numbers = found.numbers() if isinstance(found, ifd.Entry) else ()
    return numbers[0] if numbers and 1 <= numbers[0] <= 8 else 1


def renewed(block: bytes, height: int, width: int) -> bytes:
    """Return EXIF that says: upright, of this size, no thumbnail (it would show the old picture).

    Written over in place: whoever moves a maker's note breaks what it points to.
    """
    fresh = bytearray(block)
    order = ifd.byte_order(block)
    (first,) = struct.unpack_from(order + "I", block, 4)
    places = _places(block, order, first)
    if ORIENTATION in places:
        struct.pack_into(order + "HIHH", fresh, places[ORIENTATION] + 2, ifd.SHORT, 1, 1, 0)
    below = {}
    if ifd.EXIF in places:
        (second,) = struct.unpack_from(order + "I", block, places[ifd.EXIF] + 8)
        below = _places(block, order, second)
    for tag, value in ((WIDTH, width), (HEIGHT, height), (PIXELS_ACROSS, width), (PIXELS_DOWN, height)):
        at = (below if tag > 32768 else places).get(tag)
        if at is not None:
            struct.pack_into(order + "HII", fresh, at + 2, ifd.LONG, 1, value)
    (count,) = struct.unpack_from(order + "H", block, first)
    struct.pack_into(order + "I", fresh, first + 2 + 12 * count, 0)
    return bytes(fresh)


def from_tiff(directory: ifd.Directory) -> bytes | None:
    """Return the EXIF block that says what the directory of a TIFF says of its picture; None for nothing."""
    kept = describing(directory)
    return b"II*\0" + struct.pack("<I", 8) + ifd.pack(kept, 8) if kept else None


def describing(directory: ifd.Directory) -> ifd.Directory:
    """Return the part of a directory that tells of the picture."""
    return {tag: value for tag, value in directory.items() if tag in DESCRIBES}


def _places(block: bytes, order: str, at: int) -> dict[int, int]:
    """Return where the entries of the directory at ``at`` stand, by tag."""
    (count,) = struct.unpack_from(order + "H", block, at)
    return {
        struct.unpack_from(order + "H", block, entry)[0]: entry for entry in range(at + 2, at + 2 + 12 * count, 12)
    }
