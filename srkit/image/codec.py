"""The content of image files, decoded and encoded: each format by the library that loses least of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from srkit.errors import ImageError, TooLargeError
from srkit.image import alpha, header, jpeg, pillow, png, tiff
from srkit.image.array import Pixels
from srkit.image.exif import Encoded
from srkit.image.formats import JPEG_SUFFIXES, TIFF_SUFFIXES, misfit
from srkit.image.metadata import Buffer, Header, Metadata

MAX_PIXELS = 2**28
"""Larger headers are refused before anything is allocated; a 16384 x 16384 image still passes."""

_LOSSLESS_WEBP = 101
_EXIF_IN_JPEG = 65527  # bytes of a segment behind its length and its mark

# OpenCV prints warnings for files that it cannot decode; srkit raises errors that name the file
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


def decode(data: bytes, path: Path, max_pixels: int = MAX_PIXELS) -> Pixels:
    """Decode the content of a file, as ``read_full`` does.

    Args:
        data: All bytes of the file.
        path: Name of the file in messages.
        max_pixels: Larger headers are refused before anything is allocated.

    Raises:
        ImageError: The file is cut off, too large, or no image.
    """
    file_header = checked_header(data, path, max_pixels)
    if header.format_of(data) == "png" and (flaw := png.flaw(data)):
        raise ImageError(f"{path}: wants a whole image, found one that {flaw}")
    try:
        image = _decoded(data, file_header)
    except ValueError as error:
        raise ImageError(f"{path}: wants an image that can be decoded, {error}") from None
    except (cv2.error, OSError, SyntaxError, EOFError):
        image = None
    if image is None:
        raise ImageError(f"{path}: wants an image that can be decoded, found one that is cut off or damaged")
    found = (*image.shape, image.dtype)
    said = (file_header.height, file_header.width, file_header.channels, file_header.dtype)
    if found != said:
        raise ImageError(f"{path}: wants an image that can be decoded, found other pixels than its header says")
    return image


def _decoded(data: bytes, file_header: Header) -> Pixels | None:
    kind = header.format_of(data)
    match kind:
        case "jpeg":
            return jpeg.decode(data, file_header)
        case "bmp" | "gif" | "avif" | "heic":
            return pillow.decode(data, kind)
        case "tiff" if (image := tiff.decode(data, file_header)) is not None:
            return image
        case "png":
            data = png.bare(data)
    return _from_bgr(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED), file_header)


def encode(
    image: Pixels,
    path: Path,
    quality: int | None = None,
    metadata: Metadata | None = None,
    page_order: str | None = None,
) -> list[Buffer]:
    """Return the content of the file ``path`` in parts, to be written one after the other; see ``files.write``.

    Args:
        image: The pixels.
        path: The file; its suffix gives the format.
        quality: Quality from 1 to 100, or None.
        metadata: What is written beside the pixels.
        page_order: The byte order of a TIFF of several pages, one of which this is to be (``pages.PageWriter``).

    Raises:
        ImageError: The suffix is unknown, or its format cannot hold the image.
    """
    suffix = path.suffix.lower()
    height, width, channels = image.shape
    if why := misfit(suffix, height, width, channels, image.dtype, metadata):
        raise ImageError(f"{path}: {why}")
    if channels == 2 and suffix != ".png":
        image = image[..., [0, 0, 0, 1]]
    fitting_metadata = (metadata or Metadata()).fitting(image.shape[2])
    try:
        if suffix in TIFF_SUFFIXES:
            return [tiff.encode(image, fitting_metadata, page_order)]
        if suffix == ".avif":
            return [pillow.encode_avif(image, quality, fitting_metadata)]
        return _encoded(image, ".jpg" if suffix in JPEG_SUFFIXES else suffix, quality, fitting_metadata)
    except (cv2.error, ValueError, OSError):
        raise ImageError(f"{path}: cannot be encoded; the image is {image.dtype}, {image.shape}") from None


def _encoded(image: Pixels, suffix: str, quality: int | None, metadata: Metadata) -> list[Buffer]:
    full_color = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    options = {
        ".png": [cv2.IMWRITE_PNG_COMPRESSION, 6],
        ".jpg": [cv2.IMWRITE_JPEG_QUALITY, quality or 95, *full_color],
        ".webp": [cv2.IMWRITE_WEBP_QUALITY, quality or _LOSSLESS_WEBP],
    }
    blocks = {}
    if metadata.exif and suffix in options and not (suffix == ".jpg" and len(metadata.exif) > _EXIF_IN_JPEG):
        blocks[cv2.IMAGE_METADATA_EXIF] = np.frombuffer(metadata.exif, np.uint8)
    if metadata.xmp and suffix == ".webp":
        blocks[cv2.IMAGE_METADATA_XMP] = np.frombuffer(metadata.xmp, np.uint8)
    if metadata.icc and suffix == ".webp":
        blocks[cv2.IMAGE_METADATA_ICCP] = np.frombuffer(metadata.icc, np.uint8)
    gray_with_alpha = image.shape[2] == 2
    pixels = alpha.packed(image) if gray_with_alpha else _to_bgr(image)
    done, data = cv2.imencodeWithMetadata(
        suffix, pixels, list(blocks), list(blocks.values()), options.get(suffix, [])
    )
    if not done:
        raise ValueError
    content: memoryview = data.reshape(-1).data
    if suffix == ".png":
        return png.described(alpha.unpacked(content, image.itemsize * 8) if gray_with_alpha else content, metadata)
    return jpeg.described(content, metadata) if suffix == ".jpg" else [content]


def canvas(height: int, width: int, channels: int, dtype: np.dtype[Any]) -> Pixels:
    """Return an array (H,W,C) to be filled, whose memory layout ``write`` needs not copy."""
    pixels = np.empty((height, width, channels), dtype)
    return pixels[..., ::-1] if channels == 3 else pixels  # OpenCV wants BGR


def checked_header(data: Encoded, path: Path, max_pixels: int = MAX_PIXELS) -> Header:
    """Return the header of a file.

    Raises:
        ImageError: The header has no size, or one of more pixels than ``max_pixels``; or the file holds several
            pictures, or colours other than gray and RGB.
    """
    kind = header.format_of(data)
    if kind is None:
        raise ImageError(f"{path}: {header.stranger(data)}")
    if kind == "heic" and not pillow.HAS_HEIC:
        raise ImageError(f"{path}: wants an image, {header.WITHOUT_HEIC}")
    file_header = header.read(data)
    if file_header is None:
        raise ImageError(f"{path}: wants an image, found a {kind.upper()} with a broken header")
    if file_header.height * file_header.width > max_pixels:
        size = f"{file_header.width} x {file_header.height}"
        raise TooLargeError(f"{path}: wants at most {max_pixels:,} pixels, its header says {size}")
    if file_header.unfit:
        raise ImageError(f"{path}: wants one picture of gray or RGB, {file_header.unfit}")
    return file_header


def _from_bgr(image: NDArray[Any] | None, file_header: Header) -> Pixels | None:
    if image is None:
        return None
    if image.ndim == 2:
        return image[..., None] if file_header.gray is None else alpha.with_key(image[..., None], file_header.gray)
    gray_with_alpha = file_header.channels == 2 and image.shape[-1] == 4  # three equal channels and alpha
    if gray_with_alpha:
        return np.ascontiguousarray(image[..., [0, 3]])
    # eight times as fast as NumPy's reordering
    return cast("Pixels", cv2.cvtColor(image, cv2.COLOR_BGR2RGB if image.shape[-1] == 3 else cv2.COLOR_BGRA2RGBA))


def _to_bgr(image: Pixels) -> Pixels:
    if image.shape[-1] == 3:
        return np.ascontiguousarray(image[..., ::-1])  # no copy of a canvas
    return np.ascontiguousarray(image[..., [2, 1, 0, 3][: image.shape[-1]]] if image.shape[-1] == 4 else image)
