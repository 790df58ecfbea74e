"""A photograph as its viewer sees it: upright, with its transparency, its colour profile and its EXIF."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from srkit.errors import ImageError
from srkit.image import exif, headers, metadata, traits
from srkit.image.array import Pixels
from srkit.image.codec import MAX_PIXELS, decode, judged_size
from srkit.image.files import mapped
from srkit.image.metadata import Metadata


@dataclass(frozen=True)
class Photo:
    """Pixels (H,W,C) of 8 or 16 bits, C from 1 to 4, what the file says of them; and if it is lossless WebP."""

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
    judged_size(data, path, max_pixels)
    if why := traits.unfit(data):
        raise ImageError(f"{path}: wants one picture of gray or RGB, {why}")
    said = metadata.read(data)
    pixels = decode(data, path, max_pixels)
    if headers.format_of(data) != "tiff" and said.exif:  # decoders turn a TIFF themselves
        pixels = turned(pixels, exif.orientation(said.exif))
    return Photo(pixels, said, traits.lossless_webp(data))


@dataclass(frozen=True)
class Sketch:
    """What the header says of an upright photograph."""

    height: int
    width: int
    channels: int
    deep: bool

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of its values."""
        return np.dtype(np.uint16 if self.deep else np.uint8)


def look(path: Path, max_pixels: int = MAX_PIXELS) -> Sketch:
    """Read the header of a photograph; nothing is decoded.

    Raises:
        ImageError: As in ``read_photo``, except that what lies behind the header is not looked at.
    """
    with mapped(path) as data:
        height, width = judged_size(data, path, max_pixels)
        if why := traits.unfit(data):
            raise ImageError(f"{path}: wants one picture of gray or RGB, {why}")
        block = None if headers.format_of(data) == "tiff" else metadata.read(data).exif
        if block and exif.orientation(block) > 4:
            height, width = width, height
        try:
            return Sketch(height, width, *traits.layout(data))
        except (struct.error, IndexError):
            raise ImageError(f"{path}: wants an image, found one whose header breaks off") from None


def turned(pixels: Pixels, orientation: int) -> Pixels:
    """Return (H,W,C) or (W,H,C): upright what lies as EXIF's ``orientation``, 1 to 8, says."""
    if orientation > 4:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
