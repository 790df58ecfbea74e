"""JPEG compression: by the codec on the CPU, on tensors elsewhere."""

from __future__ import annotations

import math
from functools import cache
from typing import Annotated

import torch
from torch import Tensor
from torch.nn import functional as F

import srkit
from srkit.degrading.by_size import by_size
from srkit.degrading.ranges import span_of
from srkit.draws import Draws
from srkit.image.lossy import through_file
from srkit.work import Work

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

TOGETHER = 256
"""Blocks in one product of matrices. The number is fixed, since products of other sizes may be summed in another
order, and an image would then depend on the size of its batch."""


@srkit.stage("jpeg")
class Jpeg:
    """Compress every image as JPEG of a random quality.

    On the CPU that is OpenCV's own codec, libjpeg-turbo, in memory. On another device the lossy steps are done on
    tensors, with the roundings of libjpeg: 8-bit YCbCr, 4:2:0 chroma, quantisation of the DCT, smooth chroma
    enlargement. They differ from the codec in less than a fifth of the pixels, mostly by one grey level, since
    libjpeg's DCT is in whole numbers. One channel is a gray JPEG. The result is rounded to 8 bits.

    Args:
        quality_range: Smallest and largest quality, 1 to 100, as the IJG's library counts it.
    """

    @srkit.limited
    def __init__(
        self,
        scale: int,
        *,
        quality_range: list[Annotated[int, srkit.Range(1, 100)]] = [50, 95],  # noqa: B006 - read, never changed
    ) -> None:
        self.scale = scale
        self.quality = span_of("quality_range", quality_range)

    def __call__(self, work: Work, draws: Draws) -> Work:
        """Return the images as decoded, and ``quality`` (N,)."""
        low, high = self.quality
        quality = draws.integers(low, high + 1)
        if all(image.device.type == "cpu" for image in work.images):
            each = zip(work.images, quality.tolist(), strict=True)
            return work.becomes((through_file(image, ".jpg", one) for image, one in each), quality=quality)
        return work.becomes(by_size(compress, work.images, quality), quality=quality)


def compress(image: Tensor, quality: Tensor) -> Tensor:
    """Return (N,C,H,W) in [0,1] after JPEG of ``quality`` (N,), whole numbers on the CPU."""
    levels = image.float().clamp(0, 1).mul(255).round()
    height, width = levels.shape[-2:]
    block = 8 if image.shape[1] == 1 else 16
    padded = F.pad(levels, (0, -width % block, 0, -height % block), mode="replicate")
    luma, chroma = (_table(text, quality).to(padded) for text in (LUMA, CHROMA))
    if image.shape[1] == 1:
        result = _blocks(padded - 128, luma) + 128
    else:
        jfif = _mix(padded, RGB_TO_JFIF).round()
        y = _blocks(jfif[:, :1] - 128, luma) + 128
        coded = _blocks(_halve(jfif[:, 1:]), chroma)[..., : (height + 1) // 2, : (width + 1) // 2]
        result = _mix(torch.cat([y[..., :height, :width], _double(coded)[..., :height, :width]], 1), JFIF_TO_RGB)
    return result[..., :height, :width].round().clamp(0, 255).div(255).to(image.dtype)


def _blocks(plane: Tensor, table: Tensor) -> Tensor:
    """Quantise every 8x8 block of (N,C,H,W), -128 to 127, in the DCT domain by (N,8,8)."""
    count, channels, height, width = plane.shape
    blocks = plane.view(count, channels, height // 8, 8, width // 8, 8).transpose(3, 4)
    step = 8 * table.view(count, 1, 64)
    # libjpeg's DCT has a resolution of 1/8, and rounds a half away from zero
    eighths = (_multiplied(blocks.reshape(-1, 64), _dct()) * 8).round().view(count, -1, 64)
    coefficients = eighths.sign() * ((eighths.abs() + step / 2) / step).floor() * step / 8
    decoded = _multiplied(coefficients.view(-1, 64), _dct().T).view(blocks.shape)
    return decoded.transpose(3, 4).reshape(count, channels, height, width).round().clamp(-128, 127)


def _multiplied(blocks: Tensor, matrix: Tensor) -> Tensor:
    """Return ``blocks`` (M,64) times ``matrix`` (64,64), whose last bits do not depend on M."""
    matrix = matrix.to(blocks)
    with torch.autocast(blocks.device.type, enabled=False):
        padded = F.pad(blocks, (0, 0, 0, -len(blocks) % TOGETHER))
        return torch.cat([some @ matrix for some in padded.chunk(len(padded) // TOGETHER)])[: len(blocks)]


def _halve(chroma: Tensor) -> Tensor:
    """Average 2x2 pixels to whole numbers; as in libjpeg, a half goes down in even columns and up in odd ones."""
    sums = F.avg_pool2d(chroma, 2) * 4
    bias = 1 + torch.arange(sums.shape[-1], device=sums.device) % 2
    return ((sums + bias) / 4).floor()


def _double(chroma: Tensor) -> Tensor:
    """Enlarge by 2 with weights 3/4 and 1/4 both ways; rounded as in libjpeg ("fancy upsampling")."""
    padded = F.pad(chroma, (1, 1, 1, 1), mode="replicate")
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
    return torch.kron(matrix, matrix).T.float()


def _table(text: str, quality: Tensor) -> Tensor:
    """Return the quantisation tables (N,8,8) of ``quality``, scaled as the IJG's library does."""
    base = torch.tensor([int(word) for word in text.split()]).view(8, 8)
    percent = torch.where(quality < 50, 5000 // quality, 200 - 2 * quality).view(-1, 1, 1)
    return ((base * percent + 50) // 100).clamp(1, 255)


def _mix(image: Tensor, matrix: tuple[tuple[float, ...], ...]) -> Tensor:
    rows = [sum(weight * image[:, i : i + 1] for i, weight in enumerate(row)) for row in matrix]
    return torch.cat([row for row in rows if isinstance(row, Tensor)], 1)
