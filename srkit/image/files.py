"""The only door to OpenCV: image files to arrays and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from srkit.atomic import whole
from srkit.errors import DataError, ImageError
from srkit.image import headers
from srkit.image.array import Pixels, UInt8Image

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")
DEEP_SUFFIXES = (".png", ".tif", ".tiff")
"""Formats that hold 16 bits a channel."""
ALPHA_SUFFIXES = (".png", ".webp", ".tif", ".tiff")
MAX_PIXELS = 2**28
"""Larger headers are refused before anything is allocated; a 16384 x 16384 image still passes."""

_OPTIONS = {
    ".png": [cv2.IMWRITE_PNG_COMPRESSION, 6],
    ".jpg": [cv2.IMWRITE_JPEG_QUALITY, 95],
    ".jpeg": [cv2.IMWRITE_JPEG_QUALITY, 95],
    ".webp": [cv2.IMWRITE_WEBP_QUALITY, 101],  # above 100 is lossless
}


def find(folder: Path) -> list[Path]:
    """Return the image files in ``folder`` and below, sorted; what is hidden, or in a hidden folder, is left out.

    Raises:
        DataError: There is no such folder, or no image in it.
    """
    if not folder.is_dir():
        found = "a file" if folder.exists() else "nothing of that name"
        raise DataError(f"{folder}: wants a folder of images, found {found}")
    found_files = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in IMAGE_SUFFIXES
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and path.is_file()
    )
    if not found_files:
        raise DataError(f"{folder}: wants images ({', '.join(IMAGE_SUFFIXES)}), found none")
    return found_files


def size(path: Path) -> tuple[int, int]:
    """Return (height, width) from the header alone; nothing is decoded.

    Raises:
        ImageError: As in ``read``, except that what lies behind the header is not looked at.
    """
    with _mapped(path) as data:
        return _size(data, path)


def read(path: Path) -> UInt8Image:
    """Decode an image to (H,W,3) RGB or (H,W,1) gray, 8 bit.

    Pixels are taken as they lie in the file, so that the same file gives the same
    numbers everywhere and agrees with ``size``: EXIF orientation is not applied, alpha
    is dropped, colour profiles are ignored. (A TIFF's own orientation tag is applied, by
    OpenCV.) 16-bit images are rounded to 8 bit.

    Raises:
        ImageError: The file is missing, empty, cut off, too large, or no image.
    """
    image = read_full(path)
    colors = image[..., : 1 if image.shape[-1] < 3 else 3]
    if colors.dtype == np.uint8:
        return np.ascontiguousarray(colors, np.uint8)
    return ((colors.astype(np.uint32) + 128) // 257).astype(np.uint8)  # 65535 / 255 = 257


def read_full(path: Path, *, upright: bool = False) -> Pixels:
    """Decode an image with everything it has: (H,W,C) in 8 or 16 bits, C from 1 to 4.

    Args:
        path: A PNG, JPEG, WebP, BMP or TIFF file; its content decides, not its suffix.
        upright: Turn a JPEG as its EXIF orientation says, as viewers do.

    Raises:
        ImageError: As in ``read``.
    """
    with _mapped(path) as view:
        data = bytes(view)
    _size(data, path)
    if flaw := headers.flaw(data):
        raise ImageError(f"{path}: wants a whole image, found one that {flaw}")
    turn = upright and headers.format_of(data) == "jpeg"
    flags = cv2.IMREAD_ANYCOLOR | cv2.IMREAD_ANYDEPTH if turn else cv2.IMREAD_UNCHANGED
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        image = None
    if image is None:
        raise ImageError(f"{path}: wants an image that can be decoded, found a damaged one")
    if image.dtype not in (np.uint8, np.uint16):
        raise ImageError(f"{path}: wants 8 or 16 bits a channel, found {image.dtype}")
    return _from_bgr(image, headers.gray_with_alpha(data))


def write(path: Path, image: Pixels) -> None:
    """Encode (H,W,C) in 8 or 16 bits, as ``read_full`` gives it, in the format of the suffix; whole or not at all.

    Raises:
        ImageError: The suffix is unknown, its format cannot hold the image, or the file cannot be written.
    """
    suffix = path.suffix.lower()
    _fits(path, image, suffix)
    try:
        done, data = cv2.imencode(suffix, _to_bgr(image), _OPTIONS.get(suffix, []))
    except cv2.error:
        done = False
    if not done:
        raise ImageError(f"{path}: cannot be encoded; the image is {image.dtype}, {image.shape}")
    try:
        with whole(path) as temporary:
            temporary.write_bytes(data.tobytes())
    except OSError as error:
        raise ImageError(f"{path}: cannot be written: {error.strerror}") from None


def _fits(path: Path, image: Pixels, suffix: str) -> None:
    if suffix not in IMAGE_SUFFIXES:
        raise ImageError(f"{path}: cannot be encoded; use one of {', '.join(IMAGE_SUFFIXES)}")
    if image.dtype == np.uint16 and suffix not in DEEP_SUFFIXES:
        raise ImageError(f"{path}: cannot hold 16 bits a channel; use one of {', '.join(DEEP_SUFFIXES)}")
    if image.shape[-1] in (2, 4) and suffix not in ALPHA_SUFFIXES:
        raise ImageError(f"{path}: cannot hold alpha; use one of {', '.join(ALPHA_SUFFIXES)}")


@contextmanager
def _mapped(path: Path) -> Iterator[mmap]:
    """Give the bytes of a file without reading them."""
    try:
        with open(path, "rb") as file:
            if file.seek(0, 2) == 0:
                raise ImageError(f"{path}: wants an image, found an empty file")
            data = mmap(file.fileno(), 0, access=ACCESS_READ)
    except OSError as error:
        if path.is_dir():
            raise ImageError(f"{path}: wants an image file, found a folder") from None
        raise ImageError(f"{path}: cannot be read: {error.strerror}") from None
    with data:
        yield data


def _size(data: headers.Encoded, path: Path) -> tuple[int, int]:
    found = headers.size(data)
    if found is None:
        kind = headers.format_of(data)
        found_instead = f"a {kind.upper()} with a broken header" if kind else "a file of another kind"
        raise ImageError(f"{path}: wants an image, found {found_instead}")
    height, width = found
    if height * width > MAX_PIXELS:
        raise ImageError(f"{path}: wants at most {MAX_PIXELS:,} pixels, its header says {width} x {height}")
    return found


def _from_bgr(image: NDArray[Any], gray_with_alpha: bool) -> Pixels:
    if image.ndim == 2:
        return image[..., None]
    order = [0, 3] if gray_with_alpha and image.shape[-1] == 4 else [2, 1, 0, 3][: image.shape[-1]]
    return np.ascontiguousarray(image[..., order])


def _to_bgr(image: Pixels) -> Pixels:
    order = {1: [0], 2: [0, 0, 0, 1], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[image.shape[-1]]
    return np.ascontiguousarray(image[..., order])
