"""JPEG compression, on tensors."""

from __future__ import annotations

import math
from functools import cache

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

import srkit
from srkit.degradations.uniform import span_of

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


@srkit.degradation("jpeg")
class Jpeg:
    """Compress every image as JPEG of a random quality; a stage of a chain, it keeps the size.

    All that loses something is there, rounded where libjpeg (and so OpenCV and Pillow) rounds: 8-bit YCbCr,
    4:2:0 chroma, the quantisation of the DCT, smooth chroma enlargement. The lossless part, Huffman coding,
    is left out. One channel is a gray JPEG.

    Args:
        quality_range: Smallest and largest quality, 1 to 100, as the IJG's library counts it.
    """

    resizes = False

    def __init__(
        self,
        scale: int,
        *,
        quality_range: list[int] = [50, 95],  # noqa: B006 - read, never changed
    ) -> None:
        self.scale = scale
        low, high = span_of("quality_range", quality_range, least=1)
        if high > 100:
            raise ValueError(f"quality_range must not go above 100, got {list(quality_range)}")
        self.quality = (int(low), int(high))

    def trace(self, image: Tensor, generator: Generator) -> tuple[Tensor, dict[str, Tensor]]:
        """Return (N,C,H,W) as decoded, and ``quality`` (N,)."""
        low, high = self.quality
        quality = torch.randint(low, high + 1, (len(image),), generator=generator)
        return compress(image, quality), {"quality": quality}

    def __call__(self, image: Tensor, generator: Generator) -> Tensor:
        """Return (N,C,H,W) as decoded."""
        return self.trace(image, generator)[0]


def compress(image: Tensor, quality: Tensor) -> Tensor:
    """Return (N,C,H,W) in [0,1] as it comes back from a JPEG of ``quality`` (N,), whole numbers on the CPU."""
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
    dct = _dct().to(plane)
    tiles = plane.view(count, channels, height // 8, 8, width // 8, 8).transpose(3, 4)
    with torch.autocast(plane.device.type, enabled=False):
        step = 8 * table.view(count, 1, 1, 1, 8, 8)
        # libjpeg's DCT is in whole eighths, and a half is rounded away from zero
        eighths = (dct @ tiles @ dct.T * 8).round()
        coefficients = eighths.sign() * ((eighths.abs() + step / 2) / step).floor() * step / 8
        tiles = dct.T @ coefficients @ dct
    return tiles.transpose(3, 4).reshape(count, channels, height, width).round().clamp(-128, 127)


def _halve(chroma: Tensor) -> Tensor:
    """Average 2x2 pixels of whole numbers; a half goes down in even columns and up in odd ones, as in libjpeg."""
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
    """Return the orthonormal 8-point DCT-II as a matrix."""
    n = torch.arange(8, dtype=torch.float64)
    matrix = torch.cos(math.pi * (2 * n + 1) * n[:, None] / 16) / 2
    matrix[0] /= math.sqrt(2)
    return matrix.float()


def _table(text: str, quality: Tensor) -> Tensor:
    """Return the quantisation tables (N,8,8) of ``quality``, scaled as the IJG's library does."""
    base = torch.tensor([int(word) for word in text.split()]).view(8, 8)
    percent = torch.where(quality < 50, 5000 // quality, 200 - 2 * quality).view(-1, 1, 1)
    return ((base * percent + 50) // 100).clamp(1, 255)


def _mix(image: Tensor, matrix: tuple[tuple[float, ...], ...]) -> Tensor:
    rows = [sum(weight * image[:, i : i + 1] for i, weight in enumerate(row)) for row in matrix]
    return torch.cat([row for row in rows if isinstance(row, Tensor)], 1)
