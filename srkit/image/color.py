"""BT.601 in studio range, as MATLAB's rgb2ycbcr has it: Y in [16/255, 235/255], Cb and Cr in [16/255, 240/255].

Floats are not rounded. A full-range luma (0.299, 0.587, 0.114 on 0..255) reads 1.32 dB
lower in PSNR: the most common cause of a PSNR that does not match a paper's.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

STUDIO = ((65.481, 128.553, 24.966), (-37.797, -74.203, 112.0), (112.0, -93.786, -18.214))
"""The matrix from RGB in [0,1] to YCbCr in [0,255]: rows Y, Cb, Cr; columns R, G, B."""

OFFSET = (16 / 255, 128 / 255, 128 / 255)

_FORWARD = (np.array(STUDIO) / 255).tolist()
_INVERSE = (np.linalg.inv(np.array(STUDIO)) * 255).tolist()


def rgb_to_ycbcr(image: Tensor) -> Tensor:
    """Return YCbCr (N,3,H,W) of RGB (N,3,H,W); both in [0,1]."""
    _three(image)
    planes = image.unbind(1)
    return torch.stack([_mix(planes, row) + shift for row, shift in zip(_FORWARD, OFFSET, strict=True)], 1)


def ycbcr_to_rgb(image: Tensor) -> Tensor:
    """Invert ``rgb_to_ycbcr``; values outside the gamut are not clipped."""
    _three(image)
    planes = [plane - shift for plane, shift in zip(image.unbind(1), OFFSET, strict=True)]
    return torch.stack([_mix(planes, row) for row in _INVERSE], 1)


def rgb_to_y(image: Tensor) -> Tensor:
    """Return Y (N,1,H,W) of RGB (N,3,H,W); both in [0,1]."""
    _three(image)
    return (_mix(image.unbind(1), _FORWARD[0]) + OFFSET[0]).unsqueeze(1)


def gray_to_y(image: Tensor) -> Tensor:
    """Return the luma (N,1,H,W) of a gray image in [0,1], scaled to studio range as that of RGB is."""
    return image * (219 / 255) + 16 / 255


def y_to_gray(image: Tensor) -> Tensor:
    """Invert ``gray_to_y``: bring Y (N,1,H,W) from studio range to [0,1]; values outside are not clipped."""
    return (image - 16 / 255) * (255 / 219)


def luma(image: Tensor) -> Tensor:
    """Return Y (N,1,H,W) of RGB, or of gray (N,1,H,W) repeated to RGB."""
    return gray_to_y(image) if image.shape[1] == 1 else rgb_to_y(image)


def _mix(planes: Sequence[Tensor], row: Sequence[float]) -> Tensor:
    # numbers, not a matrix: nothing is copied to the device, and autocast does not change products and sums
    return row[0] * planes[0] + row[1] * planes[1] + row[2] * planes[2]


def _three(image: Tensor) -> None:
    if image.ndim != 4 or image.shape[1] != 3:
        raise ValueError(f"wants an image (N,3,H,W), got {tuple(image.shape)}")
