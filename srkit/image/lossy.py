"""Lossy files in memory: what JPEG and WebP keep of an image."""

from __future__ import annotations

from typing import Any, Literal

import cv2
import numpy as np
import torch
from torch import Tensor

from srkit.errors import ImageError

QUALITY = {".jpg": cv2.IMWRITE_JPEG_QUALITY, ".webp": cv2.IMWRITE_WEBP_QUALITY}


def can_write(suffix: Literal[".jpg", ".webp"]) -> bool:
    """Return whether this OpenCV can write files of a format."""
    return bool(cv2.haveImageWriter(f"x{suffix}"))


def through_file(image: Tensor, suffix: Literal[".jpg", ".webp"], quality: int) -> Tensor:
    """Return (1,C,H,W) RGB or gray, C 3 or 1, as a lossy file gives it back: in [0,1], rounded to 8 bits.

    JPEG has chroma of half the size (4:2:0); one channel is a gray JPEG, or a WebP in colour, which has no gray.

    Args:
        image: The image, on any device; it is clipped to [0,1] and rounded to 8 bits first.
        suffix: The format.
        quality: From 1 to 100.

    Raises:
        ImageError: OpenCV cannot write or read the format.
    """
    planes = image[0].float().cpu().contiguous().numpy()
    # convertScaleAbs rounds, and clips to 255, but takes the absolute value of what is below 0
    positive = np.maximum(planes, 0).reshape(-1, planes.shape[2])
    levels = cv2.convertScaleAbs(positive, alpha=255).reshape(planes.shape)
    if len(levels) == 3:
        given: Any = cv2.merge(levels[::-1])  # OpenCV's order is blue, green, red
    else:
        given = levels[0] if suffix == ".jpg" else cv2.merge([levels[0]] * 3)
    written, data = cv2.imencode(suffix, given, [QUALITY[suffix], quality])
    found = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if written else None
    if found is None:
        raise ImageError(f"wants OpenCV with {suffix[1:].upper()}, found {cv2.__version__}, which cannot write it")
    decoded = [found] if found.ndim == 2 else cv2.split(found)[::-1]
    result = np.empty_like(planes)
    for plane, level in zip(result, decoded[-len(levels) :], strict=True):
        np.divide(level, np.float32(255), out=plane)
    return torch.from_numpy(result)[None].to(image.dtype).to(image.device)
