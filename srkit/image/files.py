"""Image files to arrays and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from mmap import ACCESS_COPY, ACCESS_READ, mmap
from pathlib import Path
from typing import BinaryIO

import numpy as np

from srkit.atomic import whole
from srkit.errors import ImageError
from srkit.image.array import Pixels, UInt8Image
from srkit.image.codec import checked_header, decode, encode
from srkit.image.metadata import Metadata


def size(path: Path) -> tuple[int, int]:
    """Return (height, width) from the header alone; nothing is decoded.

    Raises:
        ImageError: As in ``read``, except that data behind the header is not checked.
    """
    with mapped(path) as data:
        found = checked_header(data, path)
    return found.height, found.width


def read(path: Path) -> UInt8Image:
    """Decode an image to (H,W,3) RGB or (H,W,1) gray, 8 bit.

    Pixels are taken as they are stored, so that the same file gives the same
    numbers everywhere and agrees with ``size``: EXIF orientation is not applied, alpha
    is dropped, colour profiles are ignored. (A TIFF's own orientation tag is applied, by
    OpenCV.) 16-bit images and floats are rounded to 8 bit.

    Raises:
        ImageError: The file is missing, empty, cut off, damaged, too large, no image, or holds several pictures or
            other colours than gray and RGB.
    """
    return _eight_bit(read_full(path))


def read_content(data: bytes, name: Path) -> UInt8Image:
    """Decode the content of an image that is not a file of its own, as ``read`` decodes a file.

    Args:
        data: All bytes of the image.
        name: Its name in messages.

    Raises:
        ImageError: It is empty, cut off, too large, or no image.
    """
    return _eight_bit(decode(_not_empty(data, name), name))


def content_size(data: bytes, name: Path) -> tuple[int, int]:
    """Return (height, width) from the header of such an image.

    Args:
        data: Its bytes; the first ones are enough if they hold the header.
        name: Its name in messages.

    Raises:
        ImageError: There is no header, or one of too large an image.
    """
    found = checked_header(_not_empty(data, name), name)
    return found.height, found.width


def _not_empty(data: bytes, name: Path) -> bytes:
    if not data:
        raise ImageError(f"{name}: wants an image, found an empty file")
    return data


def _eight_bit(image: Pixels) -> UInt8Image:
    colors = image[..., : 1 if image.shape[-1] < 3 else 3]
    if colors.dtype == np.float32:
        return (colors * 255).round().astype(np.uint8)
    if colors.dtype == np.uint8:
        return np.ascontiguousarray(colors, np.uint8)
    return ((colors.astype(np.uint32) + 128) // 257).astype(np.uint8)  # 65535 / 255 = 257


def read_full(path: Path) -> Pixels:
    """Decode an image with its depth and alpha: (H,W,C) in 8 or 16 bits or floats, C from 1 to 4.

    Args:
        path: A file of a format that srkit reads; its content decides which, not its suffix.

    Raises:
        ImageError: As in ``read``.
    """
    with mapped(path) as view:
        data = bytes(view)
    return decode(data, path)


def write(path: Path, image: Pixels, *, quality: int | None = None, metadata: Metadata | None = None) -> None:
    """Encode (H,W,C) in 8 or 16 bits, as ``read_full`` gives it, in the format of the suffix; whole or not at all.

    Args:
        path: The file; its suffix gives the format.
        image: The pixels. Gray with alpha stays so in a PNG, and becomes RGB with alpha in other formats.
        quality: Quality from 1 to 100. Without it a JPEG has 95, and a WebP is lossless.
        metadata: Colour profile and EXIF, which are written if the format can hold them.

    Raises:
        ImageError: The suffix is unknown, its format cannot hold the image, or the file cannot be written.
    """
    parts = encode(image, path, quality, metadata)
    with created(path) as file:
        file.writelines(parts)


@contextmanager
def created(path: Path) -> Iterator[BinaryIO]:
    """Yield an empty file for bytes, which becomes ``path`` if the block ends without an error.

    Raises:
        ImageError: The file cannot be written.
    """
    try:
        with whole(path) as temporary, open(temporary, "wb+") as file:
            yield file
    except OSError as error:
        raise ImageError(f"{path}: cannot be written: {error.strerror}") from None


@contextmanager
def mapped(path: Path, *, writable: bool = False) -> Iterator[mmap]:
    """Yield the bytes of a file, mapped into memory.

    Args:
        path: The file.
        writable: Whether the bytes may be changed in memory; the file stays as it is.

    Raises:
        ImageError: The file is missing, empty, or a folder.
    """
    try:
        with open(path, "rb") as file:
            if file.seek(0, 2) == 0:
                raise ImageError(f"{path}: wants an image, found an empty file")
            data = mmap(file.fileno(), 0, access=ACCESS_COPY if writable else ACCESS_READ)
    except OSError as error:
        if path.is_dir():
            raise ImageError(f"{path}: wants an image file, found a folder") from None
        raise ImageError(f"{path}: cannot be read: {error.strerror}") from None
    with data:
        yield data
