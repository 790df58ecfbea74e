"""BT.601 in studio range, as MATLAB's rgb2ycbcr has it: Y in [16/255, 235/255], Cb and Cr in [16/255, 240/255].

A full-range luma (0.299, 0.587, 0.114 on 0..255) reads 1.32 dB lower in PSNR: the
most common cause of "my PSNR does not match the paper".
"""

from __future__ import annotations

import torch
from torch import Tensor

_MATRIX = torch.tensor(
    [[65.481, 128.553, 24.966], [-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]], dtype=torch.float64
)
_OFFSET = torch.tensor([16.0, 128.0, 128.0], dtype=torch.float64)
_INVERSE = torch.linalg.inv(_MATRIX)


def rgb_to_ycbcr(image: Tensor) -> Tensor:
    """Return YCbCr (N,3,H,W) of RGB (N,3,H,W); both in [0,1]."""
    return _mix(image, _MATRIX / 255) + _column(_OFFSET / 255, image)


def ycbcr_to_rgb(image: Tensor) -> Tensor:
    """Invert ``rgb_to_ycbcr``; values outside the gamut are not clipped."""
    return _mix(image - _column(_OFFSET / 255, image), _INVERSE * 255)


def rgb_to_y(image: Tensor) -> Tensor:
    """Return Y (N,1,H,W) of RGB (N,3,H,W); both in [0,1]."""
    return _mix(image, _MATRIX[:1] / 255) + 16 / 255


def gray_to_y(image: Tensor) -> Tensor:
    """Return the luma (N,1,H,W) of a gray image as if it were repeated to RGB: squeezed to studio range."""
    return image * (219 / 255) + 16 / 255


def luma(image: Tensor) -> Tensor:
    """Return Y (N,1,H,W) of RGB, or of gray (N,1,H,W) repeated to RGB."""
    return rgb_to_y(image) if image.shape[1] == 3 else gray_to_y(image)


def _mix(image: Tensor, matrix: Tensor) -> Tensor:
    # einsum would run in bf16 under autocast; products and sums do not
    weights = matrix.to(device=image.device, dtype=image.dtype)
    red, green, blue = image[:, 0:1], image[:, 1:2], image[:, 2:3]
    rows = [row[0] * red + row[1] * green + row[2] * blue for row in weights]
    return rows[0] if len(rows) == 1 else torch.cat(rows, 1)


def _column(values: Tensor, like: Tensor) -> Tensor:
    return values.to(device=like.device, dtype=like.dtype).view(1, -1, 1, 1)
