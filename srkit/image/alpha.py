"""What OpenCV does wrong with transparency, done right: three cases, the only ones that do not go through it.

It multiplies the colours of an 8-bit TIFF by its alpha and drops the alpha of gray, does not know the one gray
that a PNG may declare transparent, and writes no gray with alpha.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from srkit.image import headers, ifd, traits
from srkit.image.array import Pixels

_MODES = {2: "LA", 4: "RGBA"}


def read_tiff(data: bytes) -> Pixels | None:
    """Decode an 8-bit TIFF with alpha to (H,W,2) or (H,W,4), upright; None where ``data`` is no such file.

    Raises:
        OSError: It is cut off or damaged.
    """
    if headers.format_of(data) != "tiff":
        return None
    try:
        page = ifd.parse(data)
    except struct.error:
        return None
    samples = traits.tiff_tag(page, traits.SAMPLES, 1)
    if traits.tiff_tag(page, traits.BITS, 1) != 8 or samples not in _MODES:
        return None
    with _any_size(), Image.open(io.BytesIO(data)) as picture:
        return np.array(picture.convert(_MODES[samples]))


def transparent_gray(data: bytes) -> int | None:
    """Return the level of a gray PNG, in the depth that decoders give it, which means transparent."""
    if headers.format_of(data) != "png" or data[25:26] != b"\0":
        return None
    for kind, start, _ in headers.png_chunks(data):
        if kind == b"tRNS":
            depth, level = data[24], int(struct.unpack_from(">H", data, start)[0])
            return level * 255 // (2**depth - 1) if depth < 8 else level
    return None


def with_key(gray: Pixels, key: int) -> Pixels:
    """Return (H,W,2) of gray (H,W,1): transparent where it is ``key``."""
    top = np.iinfo(gray.dtype).max
    return np.concatenate([gray, np.where(gray == key, 0, top).astype(gray.dtype)], -1)


def write_gray_png(image: Pixels) -> bytes:
    """Encode (H,W,2) in 8 or 16 bits as a PNG of gray and alpha."""
    height, width, channels = image.shape
    step = channels * image.itemsize
    lines = image.astype(image.dtype.newbyteorder(">")).reshape(height, -1).view(np.uint8)
    packer = zlib.compressobj(6)
    body = b"".join(packer.compress(line) for line in _filtered(lines, step)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8 * image.itemsize, 4, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _filtered(lines: NDArray[np.uint8], step: int) -> Iterator[bytes]:
    """Give every line as the difference to its left or upper neighbours, whichever is smaller."""
    above = np.zeros_like(lines[0])
    for line in lines:
        left = line.copy()
        left[step:] -= line[:-step]
        up = line - above
        sizes = [int(np.abs(one.view(np.int8).astype(np.int16)).sum()) for one in (left, up)]
        yield (b"\1" + left.tobytes()) if sizes[0] <= sizes[1] else (b"\2" + up.tobytes())
        above = line


@contextmanager
def _any_size() -> Iterator[None]:
    """Lift Pillow's own limit; the size has been judged already."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = limit
