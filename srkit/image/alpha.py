"""Gray with alpha in a PNG, which OpenCV cannot write and reads as RGB with alpha."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from srkit.image.array import Pixels


def with_key(gray: Pixels, key: int) -> Pixels:
    """Return gray with alpha (H,W,2) of gray (H,W,1): pixels whose value is ``key`` are transparent."""
    top = 255 if gray.dtype == np.uint8 else 65535
    return np.concatenate([gray, np.where(gray == key, 0, top).astype(gray.dtype)], -1)


def packed(image: Pixels) -> Pixels:
    """Return a picture that OpenCV can write, and whose bytes in a PNG are those of ``image`` (H,W,2).

    A pixel of 8-bit gray and alpha becomes one of 16-bit gray; a pixel of 16-bit gray and alpha one of 8-bit RGBA.
    """
    data = np.ascontiguousarray(image.astype(image.dtype.newbyteorder(">")))
    if image.dtype == np.uint8:
        return data.view(">u2").astype(np.uint16)
    return np.ascontiguousarray(data.view(np.uint8)[..., [2, 1, 0, 3]])  # OpenCV wants BGR


def unpacked(png: memoryview, depth: int) -> bytes:
    """Return the PNG of a ``packed`` picture with the header of gray with alpha, ``depth`` bits each."""
    header = bytes(png[12:24]) + bytes([depth, 4]) + bytes(png[26:29])
    return b"".join([png[:12], header, struct.pack(">I", zlib.crc32(header)), png[33:]])
