"""The only door to OpenCV: the content of an image file to an array, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from srkit.errors import ImageError, TooLargeError
from srkit.image import alpha, headers
from srkit.image.array import Pixels

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")
DEEP_SUFFIXES = (".png", ".tif", ".tiff")
"""Formats that hold 16 bits a channel."""
ALPHA_SUFFIXES = (".png", ".webp", ".tif", ".tiff")
LONGEST_SIDE = {".jpg": 65500, ".jpeg": 65500, ".webp": 16383}
"""Pixels of a side that a format, or its encoder, can hold."""
MAX_PIXELS = 2**28
"""Larger headers are refused before anything is allocated; a 16384 x 16384 image still passes."""

_LOSSLESS_WEBP = 101

# OpenCV prints what it cannot decode; our errors say so too, and name the file
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


def decode(data: bytes, path: Path, max_pixels: int = MAX_PIXELS) -> Pixels:
    """Decode the content of a file, as ``read_full`` does.

    Args:
        data: All its bytes.
        path: What messages name.
        max_pixels: Larger headers are refused before anything is allocated.

    Raises:
        ImageError: It is cut off, too large, or no image.
    """
    judged_size(data, path, max_pixels)
    if flaw := headers.flaw(data):
        raise ImageError(f"{path}: wants a whole image, found one that {flaw}")
    try:
        image = alpha.read_tiff(data)
        if image is None:
            image = _from_bgr(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED), data)
    except (cv2.error, OSError):
        image = None
    if image is None:
        raise ImageError(f"{path}: wants an image that can be decoded, found a damaged one")
    if image.dtype not in (np.uint8, np.uint16):
        raise ImageError(f"{path}: wants 8 or 16 bits a channel, found {image.dtype}")
    return image


def encode(image: Pixels, path: Path, quality: int | None = None) -> bytes | memoryview:
    """Return the content of the file ``path``, in the format of its suffix; see ``files.write``.

    Raises:
        ImageError: The suffix is unknown, or its format cannot hold the image.
    """
    suffix = path.suffix.lower()
    if why := misfit(suffix, image.shape[0], image.shape[1], image.shape[2], image.dtype):
        raise ImageError(f"{path}: {why}")
    if suffix == ".png" and image.shape[2] == 2:
        return alpha.write_gray_png(image)
    options = {
        ".png": [cv2.IMWRITE_PNG_COMPRESSION, 6],
        ".jpg": [cv2.IMWRITE_JPEG_QUALITY, quality or 95],
        ".webp": [cv2.IMWRITE_WEBP_QUALITY, quality or _LOSSLESS_WEBP],
    }
    options[".jpeg"] = options[".jpg"]
    try:
        done, data = cv2.imencode(suffix, _to_bgr(image), options.get(suffix, []))
    except cv2.error:
        done = False
    if not done:
        raise ImageError(f"{path}: cannot be encoded; the image is {image.dtype}, {image.shape}")
    content: memoryview = data.reshape(-1).data
    return content


def misfit(suffix: str, height: int, width: int, channels: int, dtype: np.dtype[Any]) -> str | None:
    """Say why a file with this suffix cannot hold such an image, and what can; None where it can."""
    if suffix not in IMAGE_SUFFIXES:
        return f"cannot be encoded; use one of {', '.join(IMAGE_SUFFIXES)}"
    if dtype == np.uint16 and suffix not in DEEP_SUFFIXES:
        return f"cannot hold 16 bits a channel; use one of {', '.join(DEEP_SUFFIXES)}"
    if channels in (2, 4) and suffix not in ALPHA_SUFFIXES:
        return f"cannot hold alpha; use one of {', '.join(ALPHA_SUFFIXES)}"
    most = LONGEST_SIDE.get(suffix)
    if most is not None and max(height, width) > most:
        return f"cannot hold {width} x {height} pixels, its sides end at {most:,}; use .png"
    return None


def canvas(height: int, width: int, channels: int, dtype: np.dtype[Any]) -> Pixels:
    """Return an array (H,W,C) to be filled, which ``write`` does not have to copy."""
    made = np.empty((height, width, channels), dtype)
    return made[..., ::-1] if channels == 3 else made  # OpenCV wants BGR


def judged_size(data: headers.Encoded, path: Path, max_pixels: int = MAX_PIXELS) -> tuple[int, int]:
    """Return (height, width) as the header says.

    Raises:
        ImageError: It says none, or one of more pixels than ``max_pixels``.
    """
    found = headers.size(data)
    if found is None:
        kind = headers.format_of(data)
        if kind is None and (stranger := headers.stranger(data)):
            raise ImageError(f"{path}: wants a PNG, JPEG, WebP, BMP or TIFF, found {stranger}")
        found_instead = f"a {kind.upper()} with a broken header" if kind else "a file of another kind"
        raise ImageError(f"{path}: wants an image, found {found_instead}")
    height, width = found
    if height * width > max_pixels:
        raise TooLargeError(f"{path}: wants at most {max_pixels:,} pixels, its header says {width} x {height}")
    return found


def _from_bgr(image: NDArray[Any] | None, data: bytes) -> Pixels | None:
    if image is None:
        return None
    if image.ndim == 2:
        key = alpha.transparent_gray(data)
        return image[..., None] if key is None else alpha.with_key(image[..., None], key)
    gray_with_alpha = headers.gray_with_alpha(data) and image.shape[-1] == 4
    order = [0, 3] if gray_with_alpha else [2, 1, 0, 3][: image.shape[-1]]
    return np.ascontiguousarray(image[..., order])


def _to_bgr(image: Pixels) -> Pixels:
    if image.shape[-1] == 3:
        return np.ascontiguousarray(image[..., ::-1])  # nothing to do for a canvas
    order = {1: [0], 2: [0, 0, 0, 1], 4: [2, 1, 0, 3]}[image.shape[-1]]
    return np.ascontiguousarray(image[..., order])
