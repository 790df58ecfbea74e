"""Between 8-bit arrays (H,W,C) and float tensors (N,C,H,W) in [0,1]."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from srkit.image.array import UInt8Image


def to_tensor(image: NDArray[np.uint8] | NDArray[np.uint16]) -> Tensor:
    """Return (1,C,H,W) float32 in [0,1] of an 8-bit or 16-bit (H,W,C) image."""
    levels = np.iinfo(image.dtype).max
    return torch.from_numpy(np.ascontiguousarray(image).astype(np.float32)).permute(2, 0, 1)[None].div_(levels)


def to_uint16(image: Tensor) -> NDArray[np.uint16]:
    """Return 16-bit (H,W,C) of (1,C,H,W) or (C,H,W); clipped to [0,1] and rounded."""
    one = image.detach()[0] if image.ndim == 4 else image.detach()
    levels = one.double().clamp(0, 1).mul(65535).round()
    return np.ascontiguousarray(levels.permute(1, 2, 0).cpu().numpy()).astype(np.uint16)


def to_uint8(image: Tensor) -> UInt8Image:
    """Return 8-bit (H,W,C) of (1,C,H,W) or (C,H,W); clipped to [0,1] and rounded."""
    one = image.detach()[0] if image.ndim == 4 else image.detach()
    levels = one.float().clamp(0, 1).mul(255).round().to(torch.uint8)
    return np.ascontiguousarray(levels.permute(1, 2, 0).cpu().numpy())


def quantise(image: Tensor) -> Tensor:
    """Clip to [0,1] and round to 8-bit levels, k/255. A half rounds to even; the gradient is zero."""
    return image.clamp(0, 1).mul(255).round().div(255)


def gray_to_rgb(image: Tensor) -> Tensor:
    """Repeat one channel three times; leave three as they are."""
    return image.expand(-1, 3, -1, -1) if image.shape[1] == 1 else image
