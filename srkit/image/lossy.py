"""Lossy files in memory: what JPEG and WebP keep of an image."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np

from srkit.errors import ImageError
from srkit.image.array import UInt8Image

QUALITY = {".jpg": cv2.IMWRITE_JPEG_QUALITY, ".webp": cv2.IMWRITE_WEBP_QUALITY}


def can_write(suffix: Literal[".jpg", ".webp"]) -> bool:
    """Return whether this OpenCV can write files of a format."""
    return bool(cv2.haveImageWriter(f"x{suffix}"))


def through_file(image: UInt8Image, suffix: Literal[".jpg", ".webp"], quality: int) -> UInt8Image:
    """Return (H,W,C) RGB or gray, C 3 or 1, as a lossy file gives it back.

    JPEG has chroma of half the size (4:2:0); one channel is a gray JPEG, or a WebP in colour, which has no gray.

    Args:
        image: The image.
        suffix: The format.
        quality: From 1 to 100.

    Raises:
        ImageError: OpenCV cannot write or read the format.
    """
    gray = image.shape[2] == 1
    if not gray:
        given: UInt8Image = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    else:
        given = image if suffix == ".jpg" else np.repeat(image, 3, 2)
    written, data = cv2.imencode(suffix, given, [QUALITY[suffix], quality])
    found = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if written else None
    if found is None:
        raise ImageError(f"wants OpenCV with {suffix[1:].upper()}, found {cv2.__version__}, which cannot write it")
    if gray:
        return np.ascontiguousarray(found[..., None] if found.ndim == 2 else found[..., 1:2])
    result: UInt8Image = cv2.cvtColor(found, cv2.COLOR_BGR2RGB)
    return result
