"""Formats of image files by their suffixes: which are read, which are written, and what each can hold."""

from __future__ import annotations

from typing import Any

import numpy as np

from srkit.image.metadata import Metadata
from srkit.image.pillow import HAS_HEIC
from srkit.image.png import beyond_srgb

JPEG_SUFFIXES = (".jpg", ".jpeg", ".jpe", ".jfif")
TIFF_SUFFIXES = (".tif", ".tiff")
WRITTEN_SUFFIXES = (".png", *JPEG_SUFFIXES, ".webp", ".bmp", *TIFF_SUFFIXES, ".avif")
IMAGE_SUFFIXES = (*WRITTEN_SUFFIXES, ".gif", ".mpo", *((".heic", ".heif", ".hif") if HAS_HEIC else ()))
"""Suffixes of the files that are looked for in a folder; what a file is is decided by its content."""
# fmt: off
_UNREAD = (
    ".heic", ".heif", ".hif", ".jxl", ".jp2", ".j2k", ".jpf", ".psd", ".psb", ".xcf", ".kra", ".svg",
    ".eps", ".ai", ".pdf", ".exr", ".hdr", ".tga", ".dds", ".ico", ".qoi", ".pcx", ".pbm", ".pgm",
    ".ppm", ".pnm", ".pfm", ".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".srf", ".sr2",
    ".raf", ".orf", ".rw2", ".pef", ".srw", ".x3f", ".3fr", ".raw", ".djvu", ".wdp", ".jxr", ".emf",
    ".wmf",
)
# fmt: on
LEFT_OUT_SUFFIXES = frozenset(_UNREAD) - set(IMAGE_SUFFIXES)
"""Suffixes of pictures that srkit does not read; it says so where a folder holds them."""

DEEP_SUFFIXES = (".png", *TIFF_SUFFIXES)
"""Formats that hold 16 bits a channel."""
ALPHA_SUFFIXES = (".png", ".webp", *TIFF_SUFFIXES, ".avif")
LONGEST_SIDE = {**dict.fromkeys(JPEG_SUFFIXES, 65500), ".webp": 16383, ".avif": 16384}
"""Longest side, in pixels, that a format or its encoder can hold."""

SUFFIX_OF_FORMAT = {
    "png": ".png",
    "jpeg": ".jpg",
    "webp": ".webp",
    "bmp": ".bmp",
    "tiff": ".tif",
    "gif": ".png",
    "avif": ".avif",
    "heic": ".jpg",
}
"""Suffixes of enlarged pictures by the format of the source's content, where it has no name."""

_RESULT = {".gif": ".png", ".mpo": ".jpg", ".heic": ".jpg", ".heif": ".jpg", ".hif": ".jpg"}


def result_suffix(suffix: str) -> str:
    """Return the suffix of an enlarged picture: that of its source, if the format is written, else the nearest."""
    lower = suffix.lower()
    return suffix if lower in WRITTEN_SUFFIXES else _RESULT.get(lower, ".png")


def misfit(
    suffix: str, height: int, width: int, channels: int, dtype: np.dtype[Any], metadata: Metadata | None = None
) -> str | None:
    """Return why a file with this suffix cannot hold such an image, with a way out; None if it can."""
    if suffix not in WRITTEN_SUFFIXES:
        return f"cannot be encoded; use one of {', '.join(WRITTEN_SUFFIXES)}"
    if dtype == np.float32 and suffix not in TIFF_SUFFIXES:
        return f"cannot hold floats; use one of {', '.join(TIFF_SUFFIXES)}"
    if dtype == np.uint16 and suffix not in DEEP_SUFFIXES:
        return f"cannot hold 16 bits a channel; use one of {', '.join(DEEP_SUFFIXES)}"
    if channels in (2, 4) and suffix not in ALPHA_SUFFIXES:
        return f"cannot hold alpha; use one of {', '.join(ALPHA_SUFFIXES)}"
    most = LONGEST_SIDE.get(suffix)
    if most is not None and max(height, width) > most:
        return f"cannot hold {width} x {height} pixels, its sides end at {most:,}; use .png"
    if metadata is not None and suffix != ".png" and (colors := beyond_srgb(metadata.colors)):
        return f"cannot hold {colors}, which the source has; use .png"
    return None
