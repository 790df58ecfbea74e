"""WebP in memory: what a lossy file keeps of an image."""

from __future__ import annotations

import cv2
import numpy as np

from srkit.errors import ImageError
from srkit.image.array import UInt8Image


def webp_is_there() -> bool:
    """Return whether this OpenCV can write and read WebP."""
    return bool(cv2.haveImageWriter("x.webp"))


def through_webp(image: UInt8Image, quality: int) -> UInt8Image:
    """Return (H,W,C) RGB or gray, C 3 or 1, as a lossy WebP file of ``quality`` from 1 to 100 gives it back.

    Raises:
        ImageError: OpenCV cannot write or read it.
    """
    gray = image.shape[2] == 1
    colors = np.repeat(image, 3, 2) if gray else image[..., ::-1]
    written, data = cv2.imencode(".webp", np.ascontiguousarray(colors), [cv2.IMWRITE_WEBP_QUALITY, quality])
    found = cv2.imdecode(data, cv2.IMREAD_COLOR) if written else None
    if found is None:
        raise ImageError(f"wants OpenCV with WebP, found {cv2.__version__}, which cannot write or read it")
    return np.ascontiguousarray(found[..., 1:2] if gray else found[..., ::-1])
