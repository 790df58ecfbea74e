"""A photograph as its viewer sees it: upright, with its transparency, its colour profile and its EXIF."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from srkit.image import exif, header
from srkit.image.array import Pixels, turned
from srkit.image.codec import MAX_PIXELS, checked_header, decode
from srkit.image.exif import Encoded
from srkit.image.files import mapped
from srkit.image.metadata import Header, Metadata


@dataclass(frozen=True)
class Photo:
    """A picture and what its file says about it.

    Args:
        pixels: The pixels (H,W,C) of 8 or 16 bits, or floats in [0,1]; C from 1 to 4.
        metadata: Their metadata.
        lossless_webp: Whether the file is a lossless WebP.
        note: What of the file is left out or converted, in words; None if nothing.
    """

    pixels: Pixels
    metadata: Metadata
    lossless_webp: bool
    note: str | None = None


def read_photo(path: Path, max_pixels: int = MAX_PIXELS) -> Photo:
    """Read a photograph, turned as its EXIF says.

    Raises:
        ImageError: The file is missing, empty, cut off, too large, no image, or holds several pictures or
            other colours than gray and RGB.
    """
    with mapped(path) as view:
        data = bytes(view)
    found = checked_header(data, path, max_pixels)
    pixels = turned(decode(data, path, max_pixels), _orientation(data, found))
    return Photo(pixels, found.metadata, found.lossless_webp, found.note)


def look(path: Path, max_pixels: int = MAX_PIXELS) -> Header:
    """Return the header of a photograph, for its upright orientation; nothing is decoded.

    Raises:
        ImageError: As in ``read_photo``, except that data behind the header is not checked.
    """
    with mapped(path) as data:
        found = checked_header(data, path, max_pixels)
        lies = _orientation(data, found) > 4
    return replace(found, height=found.width, width=found.height) if lies else found


def _orientation(data: Encoded, found: Header) -> int:
    """Return the orientation of decoded pixels; decoders turn a TIFF and a HEIC themselves."""
    block = found.metadata.exif
    return exif.orientation(block) if block and header.format_of(data) not in ("tiff", "heic") else 1
