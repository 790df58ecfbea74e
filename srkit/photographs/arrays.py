"""Conversion between the arrays of users and the tensors of networks."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from srkit.image.convert import to_tensor, to_uint8, to_uint16

SLACK = 0.01
"""Largest distance of floats from [0,1]: sharpening overshoots by about as much."""


def picture_of(image: NDArray[Any]) -> NDArray[Any]:
    """Return (H,W,C) of (H,W) or (H,W,C).

    Raises:
        TypeError: The array is no picture.
        ValueError: The array is empty, or its floats are out of range.
    """
    if not isinstance(image, np.ndarray) or image.ndim not in (2, 3):
        found = f"shape {image.shape}" if isinstance(image, np.ndarray) else type(image).__name__
        raise TypeError(f"image wants an array (H,W) or (H,W,C), got {found}")
    picture = image if image.ndim == 3 else image[..., None]
    if picture.shape[2] not in (1, 2, 3, 4) or 0 in picture.shape:
        raise ValueError(f"image wants 1 to 4 channels last and at least one pixel, got shape {image.shape}")
    if np.issubdtype(picture.dtype, np.floating):
        least, most = float(picture.min()), float(picture.max())
        if not (least >= -SLACK and most <= 1 + SLACK):
            raise ValueError(
                f"image wants floats in [0,1], found {least:.4g} to {most:.4g}; "
                "divide by the largest possible value, or give uint8 or uint16"
            )
    elif picture.dtype not in (np.uint8, np.uint16):
        raise TypeError(f"image wants uint8, uint16 or floats, got {picture.dtype}")
    return picture


def tensor_of(window: NDArray[Any]) -> Tensor:
    """Return (1,C,h,w) float32 in [0,1] of (h,w,C)."""
    if not np.issubdtype(window.dtype, np.floating):
        return to_tensor(window)
    floats = torch.from_numpy(np.ascontiguousarray(window, np.float32))
    return floats.permute(2, 0, 1)[None].clamp(0, 1)


def to_array(image: Tensor, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return (H,W,C) of (1,C,H,W), clipped to [0,1]; floats are float32."""
    if dtype == np.uint8:
        return to_uint8(image)
    if dtype == np.uint16:
        return to_uint16(image)
    floats: NDArray[Any] = image[0].clamp(0, 1).permute(1, 2, 0).cpu().numpy()
    return floats
