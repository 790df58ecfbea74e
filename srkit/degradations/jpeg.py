"""JPEG compression, on tensors."""

from __future__ import annotations

import math
from functools import cache

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

import srkit
from srkit.degradations.uniform import span_of, uniform

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

    All that loses something is there: 8-bit rounding, 4:2:0 chroma, the DCT's quantisation
    tables (IJG scaling). The lossless part, Huffman coding, is left out. One channel is a gray JPEG.

    Args:
        quality_range: Smallest and largest quality, 1 to 100.
    """

    resizes = False

    def __init__(
        self,
        scale: int,
        *,
        quality_range: list[float] = [50.0, 95.0],  # noqa: B006 - read, never changed
    ) -> None:
        self.scale = scale
        self.quality = span_of("quality_range", quality_range, least=1)
        if self.quality[1] > 100:
            raise ValueError(f"quality_range must not go above 100, got {list(quality_range)}")

    def trace(self, image: Tensor, generator: Generator) -> tuple[Tensor, dict[str, Tensor]]:
        """Return (N,C,H,W) as decoded, and ``quality`` (N,)."""
        quality = uniform(len(image), self.quality, generator).round()
        return compress(image, quality), {"quality": quality}

    def __call__(self, image: Tensor, generator: Generator) -> Tensor:
        """Return (N,C,H,W) as decoded."""
        return self.trace(image, generator)[0]


def compress(image: Tensor, quality: Tensor) -> Tensor:
    """Return (N,C,H,W) in [0,1] as it comes back from a JPEG of ``quality`` (N,), 1 to 100."""
    levels = image.float().clamp(0, 1).mul(255).round()
    height, width = levels.shape[-2:]
    block = 8 if image.shape[1] == 1 else 16
    padded = F.pad(levels, (0, -width % block, 0, -height % block), mode="replicate")
    luma, chroma = (_table(text, quality).to(padded) for text in (LUMA, CHROMA))
    if image.shape[1] == 1:
        result = _blocks(padded - 128, luma) + 128
    else:
        jfif = _mix(padded, RGB_TO_JFIF).round()  # the library works on bytes between its stages
        y = _blocks(jfif[:, :1] - 128, luma) + 128
        small = F.avg_pool2d(jfif[:, 1:], 2).round()
        coded = _blocks(small, chroma).round().clamp(-128, 127)
        large = F.interpolate(coded, scale_factor=2, mode="bilinear", align_corners=False)
        result = _mix(torch.cat([y.round().clamp(0, 255), large.round()], 1), JFIF_TO_RGB)
    return result[..., :height, :width].round().clamp(0, 255).div(255).to(image.dtype)


def _blocks(plane: Tensor, table: Tensor) -> Tensor:
    """Quantise every 8x8 block of (N,C,H,W) in the DCT domain by (N,8,8)."""
    count, channels, height, width = plane.shape
    dct = _dct().to(plane)
    tiles = plane.view(count, channels, height // 8, 8, width // 8, 8).transpose(3, 4)
    with torch.autocast(plane.device.type, enabled=False):
        table = table.view(count, 1, 1, 1, 8, 8)
        coefficients = _away(dct @ tiles @ dct.T / table) * table
        tiles = dct.T @ coefficients @ dct
    return tiles.transpose(3, 4).reshape(count, channels, height, width)


def _away(x: Tensor) -> Tensor:
    """Round halves away from zero, as the library does: sums of bytes hit them often."""
    return x.sign() * (x.abs() + 0.5 + 1e-5).floor()


@cache
def _dct() -> Tensor:
    """Return the orthonormal 8-point DCT-II as a matrix."""
    n = torch.arange(8, dtype=torch.float64)
    matrix = torch.cos(math.pi * (2 * n + 1) * n[:, None] / 16) / 2
    matrix[0] /= math.sqrt(2)
    return matrix.float()


def _table(text: str, quality: Tensor) -> Tensor:
    """Return the quantisation tables (N,8,8) of ``quality``, scaled as the IJG's library does."""
    base = torch.tensor([int(word) for word in text.split()], dtype=torch.float64).view(8, 8)
    percent = torch.where(quality < 50, (5000 / quality).floor(), 200 - 2 * quality)
    return ((base * percent.view(-1, 1, 1).cpu() + 50) / 100).floor().clamp(1, 255)


def _mix(image: Tensor, matrix: tuple[tuple[float, ...], ...]) -> Tensor:
    rows = [sum(weight * image[:, i : i + 1] for i, weight in enumerate(row)) for row in matrix]
    return torch.cat([row for row in rows if isinstance(row, Tensor)], 1)
