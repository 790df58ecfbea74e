"""Gray with alpha in a PNG, which OpenCV neither writes nor tells from RGB with alpha."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from srkit.image.array import Pixels


def with_key(gray: Pixels, key: int) -> Pixels:
    """Return (H,W,2) of gray (H,W,1): transparent where it is ``key``."""
    top = np.iinfo(gray.dtype).max
    return np.concatenate([gray, np.where(gray == key, 0, top).astype(gray.dtype)], -1)


def packed(image: Pixels) -> Pixels:
    """Return a picture that OpenCV does write, whose bytes in a PNG are those of ``image`` (H,W,2).

    A pixel of gray and alpha in 8 bits is one of gray in 16; in 16 bits it is one of RGBA in 8.
    """
    data = np.ascontiguousarray(image.astype(image.dtype.newbyteorder(">")))
    if image.dtype == np.uint8:
        return data.view(">u2").astype(np.uint16)
    return np.ascontiguousarray(data.view(np.uint8)[..., [2, 1, 0, 3]])  # OpenCV wants BGR


def unpacked(png: memoryview, depth: int) -> bytes:
    """Return the PNG of ``packed`` as what it is: gray with alpha, ``depth`` bits each."""
    header = bytes(png[12:24]) + bytes([depth, 4]) + bytes(png[26:29])
    return b"".join([png[:12], header, struct.pack(">I", zlib.crc32(header)), png[33:]])
