"""Pictures for the page: coloured, and encoded as data URIs."""

from __future__ import annotations

import base64
import io

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from srkit.image.array import UInt8Image

COLORS = "inferno"
"""From black over red and yellow to near white: even steps look even, and gray print keeps their order."""


TIGHT = 2**20
"""Most pixels of an image that is packed as tightly as PNG allows."""


def heat(values: NDArray[np.floating], top: float) -> UInt8Image:
    """Colour (H,W) from 0 to ``top``, and above as ``top``, to (H,W,3)."""
    share = np.clip(values / top, 0, 1) if top > 0 else np.zeros(values.shape)
    return np.asarray(matplotlib.colormaps[COLORS](share, bytes=True)[..., :3])


def heat_gradient(stops: int = 12) -> str:
    """Return the colours of ``heat`` as a CSS gradient from left to right."""
    colors = matplotlib.colormaps[COLORS](np.linspace(0, 1, stops), bytes=True)[:, :3]
    return f"linear-gradient(90deg, {', '.join(f'#{bytes(color).hex()}' for color in colors)})"


def png_uri(image: UInt8Image) -> str:
    """Pack an image (H,W,3) or (H,W,1) without loss, a large one a little less tightly and much faster."""
    return _uri(image, "png", optimize=image.shape[0] * image.shape[1] <= TIGHT)


def thumbnail_uri(image: UInt8Image, width: int = 384) -> str:
    """Pack a small copy of an image, which shows where a crop lies."""
    factor = max(1, round(image.shape[1] / width))
    small = np.asarray(Image.fromarray(image.squeeze(-1) if image.shape[-1] == 1 else image).reduce(factor))
    return _uri(small, "jpeg", quality=82)


def _uri(image: UInt8Image, kind: str, **options: object) -> str:
    data = io.BytesIO()
    picture = image[..., 0] if image.ndim == 3 and image.shape[-1] == 1 else image
    Image.fromarray(np.ascontiguousarray(picture)).save(data, kind, **options)
    return f"data:image/{kind};base64,{base64.b64encode(data.getvalue()).decode()}"
