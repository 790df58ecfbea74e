"""What files say about a picture beside its pixels: size and kind, colour profile, EXIF, XMP, resolution."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np

from srkit.image import exif

Buffer: TypeAlias = bytes | memoryview

_OF_OTHER_PARTS = re.compile(rb"MotionPhoto|MicroVideo|hdrgm:|GContainer|Container:Directory|GDepth|GImage|xmpNote")
"""Words of XMP about pictures or films behind the first picture, which the enlarged file does not hold."""
_TURNED = re.compile(rb"""(tiff:Orientation(?:=["']|>))[2-8]""")
_SIZE = re.compile(rb"""((?:tiff:Image(?:Width|Length)|exif:Pixel[XY]Dimension)(?:=["']|>))\d+""")


@dataclass(frozen=True)
class Metadata:
    """The description of a picture.

    Args:
        icc: The colour profile (ICC); None if there is none.
        exif: An EXIF block, from its byte order on; None if there is none.
        xmp: An XMP packet; None if there is none.
        dpi: Pixels per inch, across and down; None if they are not known.
        texts: Chunks of text of a PNG, each from its kind on.
        colors: Chunks of a PNG that say which colours its numbers stand for, by kind, where there is no profile.
    """

    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    texts: tuple[bytes, ...] = ()
    colors: Mapping[bytes, bytes] = field(default_factory=dict)

    def renewed(self, height: int, width: int) -> Metadata:
        """Return the metadata of the upright, enlarged picture.

        Damaged EXIF is dropped, and XMP that describes further pictures in the file.
        """
        block, xmp = self.exif, self.xmp
        if block is not None:
            try:
                block = exif.renewed(block, height, width)
            except struct.error:
                block = None
        if xmp is not None:
            xmp = None if _OF_OTHER_PARTS.search(xmp) else _TURNED.sub(rb"\g<1>1", xmp)
        if xmp is not None:
            sides = {b"Width": width, b"Length": height, b"X": width, b"Y": height}
            xmp = _SIZE.sub(lambda one: one[1] + str(_side(one[1], sides)).encode(), xmp)
        return replace(self, exif=block, xmp=xmp)

    def fitting(self, channels: int) -> Metadata:
        """Return the metadata without a gray colour profile for a colour picture, or the other way round."""
        if self.icc is None or (self.icc[16:20] == b"GRAY") == (channels < 3):
            return self
        return replace(self, icc=None)


def _side(name: bytes, sides: Mapping[bytes, int]) -> int:
    return next(side for part, side in sides.items() if part + b"Dimension" in name or b"Image" + part in name)


_NOTHING = Metadata()


@dataclass(frozen=True)
class Header:
    """The properties of a file's image, before it is decoded.

    Args:
        height: Height of the decoded image: upright for a TIFF, which decoders turn; for others as it is stored.
        width: Width of the decoded image.
        channels: Number of channels, 1 to 4.
        deep: Whether channels have 16 bits.
        metadata: Colour profile, EXIF and the rest.
        unfit: What srkit would lose of the picture, in words; None if it loses nothing.
        gray: The level of a gray PNG, at the depth of decoded pixels, that stands for transparent pixels.
        lossless_webp: Whether it is a WebP that holds its pixels without loss.
        note: What of the file the enlarged picture will lack, in words for the user; None if nothing.
        floats: Whether channels are 32-bit floats in [0,1].
        cmyk: Whether the pixels are CMYK with a profile, and decoded to RGB through it.
    """

    height: int
    width: int
    channels: int = 3
    deep: bool = False
    metadata: Metadata = _NOTHING
    unfit: str | None = None
    gray: int | None = None
    lossless_webp: bool = False
    note: str | None = None
    floats: bool = False
    cmyk: bool = False

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the pixels' values."""
        return np.dtype(np.float32 if self.floats else np.uint16 if self.deep else np.uint8)
