"""The lossy steps of JPEG on tensors, with the roundings of libjpeg, for images of different sizes at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from srkit.degrading.ragged import apart, inside, stacked
from srkit.image.full_precision import full_precision

# ITU-T T.81, tables K.1 and K.2
LUMA = (
    "16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 62 "
    "18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 72 92 95 98 112 100 103 99"
)
CHROMA = (
    "17 18 24 47 99 99 99 99 18 21 26 66 99 99 99 99 24 26 56 99 99 99 99 99 47 66 99 99 99 99 99 99 "
    "99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99"
)
RGB_TO_JFIF = ((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))
JFIF_TO_RGB = ((1.0, 0.0, 1.402), (1.0, -0.344136, -0.714136), (1.0, 1.772, 0.0))


TIE = 2.0**-20
"""Added before a half is rounded up: more than the errors of the products of matrices. These depend on the number
of blocks, so that without it an image would depend on the size of its batch."""


def compressed(images: Sequence[Tensor], quality: Tensor) -> list[Tensor]:
    """Return images (1,C,H,W) in [0,1] after JPEG of ``quality`` (N,), whole numbers on the CPU."""
    sizes = [image.shape[-2:] for image in images]
    gray = images[0].shape[1] == 1
    block = 8 if gray else 16
    # beyond an image its last pixels, as libjpeg fills up the last blocks
    levels = stacked(images, lambda side, longest: inside(side, longest + -longest % block))
    levels = levels.float().clamp(0, 1).mul(255).round()
    luma, chroma = (_table(text, quality).to(levels) for text in (LUMA, CHROMA))
    if gray:
        result = _blocks(levels - 128, luma) + 128
    else:
        jfif = _mix(levels, RGB_TO_JFIF).round()
        y = _blocks(jfif[:, :1] - 128, luma) + 128
        result = _mix(torch.cat([y, _doubled(_blocks(_halved(jfif[:, 1:]), chroma), sizes)], 1), JFIF_TO_RGB)
    return apart(result.round().clamp(0, 255).div(255).to(images[0].dtype), images)


def _blocks(plane: Tensor, table: Tensor) -> Tensor:
    """Quantise every 8x8 block of (N,C,H,W), -128 to 127, in the DCT domain by (N,8,8)."""
    count, channels, height, width = plane.shape
    blocks = plane.view(count, channels, height // 8, 8, width // 8, 8).transpose(3, 4)
    step = 8 * table.view(count, 1, 64)
    # libjpeg's DCT has a resolution of 1/8, and rounds a half away from zero
    eighths = (_multiplied(blocks.reshape(-1, 64), _dct()) * 8).round().to(plane.dtype).view(count, -1, 64)
    coefficients = eighths.sign() * ((eighths.abs() + step / 2) / step).floor() * step / 8
    decoded = (_multiplied(coefficients.view(-1, 64), _dct().T) + (0.5 + TIE)).floor().to(plane.dtype)
    return decoded.view(blocks.shape).transpose(3, 4).reshape(count, channels, height, width).clamp(-128, 127)


def _multiplied(blocks: Tensor, matrix: Tensor) -> Tensor:
    """Return ``blocks`` (M,64) times ``matrix`` (64,64), in float64 where the device has it."""
    exact = torch.float32 if blocks.device.type == "mps" else torch.float64
    with full_precision(blocks.device):
        return blocks.to(exact) @ matrix.to(blocks.device, exact)


def _halved(chroma: Tensor) -> Tensor:
    """Average 2x2 pixels to whole numbers; as in libjpeg, a half goes down in even columns and up in odd ones."""
    sums = F.avg_pool2d(chroma, 2) * 4
    bias = 1 + torch.arange(sums.shape[-1], device=sums.device) % 2
    return ((sums + bias) / 4).floor()


def _doubled(chroma: Tensor, sizes: Sequence[tuple[int, ...]]) -> Tensor:
    """Enlarge by 2 with weights 3/4 and 1/4 both ways; rounded as in libjpeg ("fancy upsampling").

    Args:
        chroma: (N,2,h,w), of blocks that are filled up.
        sizes: (height, width) of the images that they are of; chroma has half of them, rounded up.
    """
    padded = F.pad(chroma, (1, 1, 1, 1), mode="replicate")
    # beyond the chroma of each image its own last value is wanted, not that of the block
    places = [
        np.stack([np.minimum(np.arange(padded.shape[axis]), (size[axis] + 1) // 2) for size in sizes])
        for axis in (-2, -1)
    ]
    rows, columns = torch.split(
        torch.from_numpy(np.concatenate(places, 1)).to(chroma.device), [*padded.shape[-2:]], 1
    )
    number = torch.arange(len(chroma), device=chroma.device)[:, None, None, None]
    channel = torch.arange(chroma.shape[1], device=chroma.device)[:, None, None]
    padded = padded[number, channel, rows[:, None, :, None], columns[:, None, None, :]]
    middle = 3 * padded[..., 1:-1, :]
    rows = torch.stack([middle + padded[..., :-2, :], middle + padded[..., 2:, :]], 3).flatten(2, 3)
    middle = 3 * rows[..., 1:-1]
    both = torch.stack([middle + rows[..., :-2] + 8, middle + rows[..., 2:] + 7], 4).flatten(3, 4)
    return (both / 16).floor()


@cache
def _dct() -> Tensor:
    """Return the orthonormal DCT-II of blocks (M,64) as the matrix (64,64) to multiply them with."""
    n = torch.arange(8, dtype=torch.float64)
    matrix = torch.cos(math.pi * (2 * n + 1) * n[:, None] / 16) / 2
    matrix[0] /= math.sqrt(2)
    return torch.kron(matrix, matrix).T


def _table(text: str, quality: Tensor) -> Tensor:
    """Return the quantisation tables (N,8,8) of ``quality``, scaled as the IJG's library does."""
    base = torch.tensor([int(word) for word in text.split()]).view(8, 8)
    percent = torch.where(quality < 50, 5000 // quality, 200 - 2 * quality).view(-1, 1, 1)
    return ((base * percent + 50) // 100).clamp(1, 255)


def _mix(image: Tensor, matrix: tuple[tuple[float, ...], ...]) -> Tensor:
    first, *others = image.chunk(image.shape[1], 1)
    rows = []
    for weight, *weights in matrix:
        row = weight * first
        for own, plane in zip(weights, others, strict=True):
            row = torch.add(row, plane, alpha=own) if own else row
        rows.append(row)
    return torch.cat(rows, 1)
