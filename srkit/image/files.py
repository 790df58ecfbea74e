"""The only door to OpenCV: image files to arrays and back."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from srkit.atomic import whole
from srkit.errors import DataError, ImageError
from srkit.image.array import UInt8Image

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")
MAX_PIXELS = 2**28
"""Larger headers are refused before anything is allocated; a 16384 x 16384 image still passes."""

_OPTIONS = {
    ".png": [cv2.IMWRITE_PNG_COMPRESSION, 6],
    ".jpg": [cv2.IMWRITE_JPEG_QUALITY, 95],
    ".jpeg": [cv2.IMWRITE_JPEG_QUALITY, 95],
    ".webp": [cv2.IMWRITE_WEBP_QUALITY, 101],  # above 100 is lossless
}
_JPEG_SIZES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


def find(folder: Path) -> list[Path]:
    """Return the image files in ``folder`` and below, sorted; hidden ones are left out.

    Raises:
        DataError: There is no such folder, or no image in it.
    """
    if not folder.is_dir():
        found = "a file" if folder.exists() else "nothing of that name"
        raise DataError(f"{folder}: wants a folder of images, found {found}")
    found_files = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith(".") and path.is_file()
    )
    if not found_files:
        raise DataError(f"{folder}: wants images ({', '.join(IMAGE_SUFFIXES)}), found none")
    return found_files


def read(path: Path) -> UInt8Image:
    """Decode an image to (H,W,3) RGB or (H,W,1) gray, 8 bit; 16-bit images are rounded. See ``read_deep``."""
    image = read_deep(path)
    if image.dtype == np.uint16:
        return ((image.astype(np.uint32) + 128) // 257).astype(np.uint8)
    return image.astype(np.uint8, copy=False)


def read_deep(path: Path) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Decode an image to (H,W,3) RGB or (H,W,1) gray, with 8 or 16 bits as the file has them.

    Pixels are taken as they lie in the file: EXIF orientation is not applied and
    alpha is dropped, so that the same file gives the same numbers everywhere.

    Raises:
        ImageError: The file is missing, empty, cut off, too large, or no image.
    """
    data = _bytes(path)
    size_of(data, path)
    _refuse_truncated(data, path)
    flags = cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        image = None
    if image is None:
        raise ImageError(f"{path}: wants an image that can be decoded, found a damaged one")
    if image.ndim == 2:
        image = image[..., None]
    if image.dtype not in (np.uint8, np.uint16):
        raise ImageError(f"{path}: wants 8 or 16 bits a channel, found {image.dtype}")
    if image.shape[-1] == 2:
        image = image[..., :1]
    pixels: NDArray[Any] = np.ascontiguousarray(image if image.shape[-1] == 1 else image[..., 2::-1])
    return pixels


def write(path: Path, image: UInt8Image) -> None:
    """Encode (H,W,3) RGB or (H,W,1) gray, 8 bit, in the format of the suffix; whole or not at all.

    Raises:
        ImageError: The suffix is unknown or the file cannot be written.
    """
    pixels = image[..., ::-1] if image.shape[-1] == 3 else image
    try:
        done, data = cv2.imencode(path.suffix.lower(), pixels, _OPTIONS.get(path.suffix.lower(), []))
    except cv2.error:
        done = False
    if not done:
        raise ImageError(f"{path}: cannot be encoded; use one of {', '.join(IMAGE_SUFFIXES)}")
    try:
        with whole(path) as temporary:
            temporary.write_bytes(data.tobytes())
    except OSError as error:
        raise ImageError(f"{path}: cannot be written: {error.strerror}") from None


def size(path: Path) -> tuple[int, int]:
    """Return (height, width), from the header alone where the format is a common one.

    Raises:
        ImageError: As in ``read``.
    """
    return size_of(_bytes(path, limit=1 << 18), path)


def size_of(data: bytes, path: Path) -> tuple[int, int]:
    """Return (height, width) of an encoded image; see ``size``."""
    found = _header_size(data)
    if found is None:
        image = cv2.imdecode(np.frombuffer(_bytes(path), np.uint8), cv2.IMREAD_UNCHANGED) if data else None
        if image is None:
            raise ImageError(f"{path}: wants an image, found a file of another kind")
        found = image.shape[0], image.shape[1]
    height, width = found
    if height * width > MAX_PIXELS:
        raise ImageError(f"{path}: wants at most {MAX_PIXELS:,} pixels, its header says {width} x {height}")
    return height, width


def _bytes(path: Path, limit: int = -1) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read(limit)
    except IsADirectoryError:
        raise ImageError(f"{path}: wants an image file, found a folder") from None
    except OSError as error:
        raise ImageError(f"{path}: cannot be read: {error.strerror}") from None
    if not data:
        raise ImageError(f"{path}: wants an image, found an empty file")
    return data


def _header_size(data: bytes) -> tuple[int, int] | None:
    """Read (height, width) from a PNG, JPEG, WebP or BMP header; None where it is another format."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return height, width
    if data.startswith(b"BM") and len(data) >= 26:
        width, height = struct.unpack("<ii", data[18:26])
        return abs(height), width
    if data.startswith(b"\xff\xd8"):
        return _jpeg_size(data)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP" and len(data) >= 30:
        return _webp_size(data)
    return None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    if data[12:16] == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits >> 14 & 0x3FFF) + 1, (bits & 0x3FFF) + 1
    if data[12:16] == b"VP8X":
        return int.from_bytes(data[27:30], "little") + 1, int.from_bytes(data[24:27], "little") + 1
    if data[12:16] == b"VP8 ":
        width, height = struct.unpack("<HH", data[26:30])
        return height & 0x3FFF, width & 0x3FFF
    return None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in _JPEG_SIZES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return height, width
        at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    return None


def _refuse_truncated(data: bytes, path: Path) -> None:
    """Name a file that was cut off: decoders fill the missing part with grey and only print a warning."""
    cut = (
        (data.startswith(b"\x89PNG") and b"IEND" not in data[-64:])
        or (data.startswith(b"\xff\xd8") and b"\xff\xd9" not in data[-4096:])
        or (data.startswith(b"RIFF") and int.from_bytes(data[4:8], "little") + 8 > len(data))
    )
    if cut:
        raise ImageError(f"{path}: wants a whole image, found one that is cut off after {len(data):,} bytes")
