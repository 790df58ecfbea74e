"""A photograph as its viewer sees it: upright, with its transparency, its colour profile and its EXIF."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from srkit.errors import ImageError
from srkit.image import exif, header
from srkit.image.array import Pixels, turned
from srkit.image.codec import MAX_PIXELS, checked_header, decode
from srkit.image.exif import Encoded
from srkit.image.files import mapped
from srkit.image.header import Header
from srkit.image.metadata import Metadata


@dataclass(frozen=True)
class Photo:
    """Pixels (H,W,C) of 8 or 16 bits, C from 1 to 4, their metadata, and whether the file is a lossless WebP."""

    pixels: Pixels
    metadata: Metadata
    lossless_webp: bool


def read_photo(path: Path, max_pixels: int = MAX_PIXELS) -> Photo:
    """Read a photograph, turned as its EXIF says.

    Raises:
        ImageError: The file is missing, empty, cut off, too large, no image, or holds several pictures or
            other colours than gray and RGB.
    """
    with mapped(path) as view:
        data = bytes(view)
    found = _fit(data, path, max_pixels)
    pixels = turned(decode(data, path, max_pixels), _orientation(data, found))
    return Photo(pixels, found.metadata, found.lossless_webp)


def look(path: Path, max_pixels: int = MAX_PIXELS) -> Header:
    """Return the header of a photograph, for its upright orientation; nothing is decoded.

    Raises:
        ImageError: As in ``read_photo``, except that data behind the header is not checked.
    """
    with mapped(path) as data:
        found = _fit(data, path, max_pixels)
        lies = _orientation(data, found) > 4
    return replace(found, height=found.width, width=found.height) if lies else found


def _fit(data: Encoded, path: Path, max_pixels: int) -> Header:
    found = checked_header(data, path, max_pixels)
    if found.unfit:
        raise ImageError(f"{path}: wants one picture of gray or RGB, {found.unfit}")
    return found


def _orientation(data: Encoded, found: Header) -> int:
    """Return the orientation of decoded pixels; decoders turn a TIFF themselves."""
    block = found.metadata.exif
    return exif.orientation(block) if block and header.format_of(data) != "tiff" else 1
