"""Between arrays (H,W,C) of 8 or 16 bits and float tensors (N,C,H,W) in [0,1]."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from srkit.image.array import Pixels, UInt8Image


def to_tensor(image: Pixels) -> Tensor:
    """Return (1,C,H,W) float32 in [0,1] of (H,W,C) in 8 or 16 bits."""
    deep = image.dtype == np.uint16
    levels = torch.from_numpy(np.ascontiguousarray(image.astype(np.int32) if deep else image))
    return levels.permute(2, 0, 1)[None].float().div_(65535 if deep else 255)


def to_uint8(image: Tensor) -> UInt8Image:
    """Return 8-bit (H,W,C) of (1,C,H,W) or (C,H,W); clipped to [0,1] and rounded."""
    return _levels(image, 255).astype(np.uint8)


def to_uint16(image: Tensor) -> NDArray[np.uint16]:
    """Return 16-bit (H,W,C) of (1,C,H,W) or (C,H,W); clipped to [0,1] and rounded."""
    return _levels(image, 65535).astype(np.uint16)


def quantise(image: Tensor) -> Tensor:
    """Clip to [0,1] and round to 8-bit levels, k/255. A half rounds to even; the gradient is zero."""
    return image.clamp(0, 1).mul(255).round().div(255)


def gray_to_rgb(image: Tensor) -> Tensor:
    """Repeat the one channel of (N,1,H,W) three times; leave other images as they are."""
    return image.expand(-1, 3, -1, -1) if image.shape[1] == 1 else image


def _levels(image: Tensor, top: int) -> NDArray[np.float32]:
    if image.ndim == 4 and image.shape[0] != 1:
        raise ValueError(f"wants one image, (C,H,W) or (1,C,H,W), got {tuple(image.shape)}")
    one = image.detach()[0] if image.ndim == 4 else image.detach()
    levels = one.float().clamp(0, 1).mul(top).round()
    return np.ascontiguousarray(levels.permute(1, 2, 0).cpu().numpy())
