"""Pictures as a comparison shows and measures them: upright RGB of 8 bits, transparency over a checkerboard."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from srkit.image.array import Pixels, UInt8Image
from srkit.image.photo import read_photo

SQUARE = 8
LIGHT, DARK = 255, 204
"""Side of a checkerboard's squares in pixels, and their grey levels."""


def read_shown(path: Path) -> UInt8Image:
    """Read a picture (H,W,3), turned as its EXIF says.

    Raises:
        ImageError: As in ``srkit.image.photo.read_photo``.
    """
    return shown(read_photo(path).pixels)


def shown(pixels: Pixels) -> UInt8Image:
    """Return 8-bit RGB (H,W,3) of an image (H,W,C) of any depth, C from 1 to 4; gray is repeated."""
    top = {np.dtype(np.uint8): 255, np.dtype(np.uint16): 65535}.get(pixels.dtype, 1)
    channels = pixels.shape[2]
    colors = pixels[..., :1] if channels < 3 else pixels[..., :3]
    if channels in (1, 3) and pixels.dtype == np.uint8:
        return _rgb(colors)
    values = colors.astype(np.float32) * np.float32(255 / top)
    if channels in (2, 4):
        opaque = pixels[..., -1:].astype(np.float32) / np.float32(top)
        values = opaque * values + (1 - opaque) * _checkerboard(*pixels.shape[:2])
    return _rgb(values.clip(0, 255).round())


def _rgb(values: Pixels) -> UInt8Image:
    """Return (H,W,3) of (H,W,C), C being 1 or 3."""
    return np.array(np.broadcast_to(values, (*values.shape[:2], 3)), np.uint8, order="C")


def _checkerboard(height: int, width: int) -> Pixels:
    """Return the ground (H,W,1) on which transparency is shown, in grey levels of 255."""
    rows, columns = np.arange(height)[:, None] // SQUARE, np.arange(width) // SQUARE
    return np.where((rows + columns) % 2, DARK, LIGHT).astype(np.float32)[..., None]
