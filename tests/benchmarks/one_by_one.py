"""Real-ESRGAN's degradation in the obvious way: one image at a time, every step as its formula says.

It has the steps and the numbers of configs/degradations/real_esrgan.yaml, in the operations of published code:
kernels by matrices in numpy, a grouped convolution, ``interpolate``, ``randn`` and ``poisson``, and JPEG as tensor
products.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from scipy.special import j1
from torch import Tensor
from torch.nn import functional as F

from srkit.degrading.jpeg import CHROMA, LUMA

SHAPES = ("iso", "aniso", "generalised_iso", "generalised_aniso", "plateau_iso", "plateau_aniso")
SHARES = (0.45, 0.25, 0.12, 0.03, 0.12, 0.03)
MODES = ("area", "bilinear", "bicubic")


def degraded(high: Tensor, scale: int, rng: np.random.Generator) -> Tensor:
    """Return LR (1,3,h/s,w/s) of one image (1,3,h,w)."""
    low = [side // scale for side in high.shape[-2:]]
    image = filtered(high, kernel(rng, 3.0))
    image = F.interpolate(image, scale_factor=factor(rng, (0.2, 0.7, 0.1), (0.15, 1.5)), mode=rng.choice(MODES))
    image = compressed(noisy(image, rng, 30, 3.0), rng.uniform(30, 95))
    if rng.uniform() < 0.8:
        image = filtered(image, kernel(rng, 1.5))
    times = factor(rng, (0.3, 0.4, 0.3), (0.3, 1.2))
    image = F.interpolate(image, size=[int(side * times) for side in low], mode=rng.choice(MODES))
    image = noisy(image, rng, 25, 2.5)
    sinc = (
        ringing(rng.uniform(math.pi / 3, math.pi), int(rng.choice(range(7, 22, 2))))
        if rng.uniform() < 0.8
        else None
    )
    jpeg_first = rng.uniform() < 0.5
    if jpeg_first:
        image = compressed(image, rng.uniform(30, 95))
    image = F.interpolate(image, size=low, mode=rng.choice(MODES))
    image = image if sinc is None else filtered(image, sinc)
    if not jpeg_first:
        image = compressed(image, rng.uniform(30, 95))
    return image.mul(255).round().clamp(0, 255).div(255)


def factor(rng: np.random.Generator, shares: tuple[float, ...], span: tuple[float, float]) -> float:
    way = rng.choice(3, p=shares)
    return (rng.uniform(1, span[1]), rng.uniform(span[0], 1), 1.0)[way]


def kernel(rng: np.random.Generator, widest: float) -> np.ndarray:
    side = int(rng.choice(range(7, 22, 2)))
    if rng.uniform() < 0.1:
        return ringing(rng.uniform(math.pi / (3 if side < 13 else 5), math.pi), side)
    shape = rng.choice(SHAPES, p=SHARES)
    first = second = rng.uniform(0.2, widest)
    angle = 0.0
    if shape.endswith("aniso"):
        second, angle = rng.uniform(0.2, widest), rng.uniform(-math.pi, math.pi)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    inverse = np.linalg.inv(turn @ np.diag([first**2, second**2]) @ turn.T)
    line = np.arange(side) - side // 2
    grid = np.stack(np.meshgrid(line, line), 2)
    power = np.sum((grid @ inverse) * grid, 2)
    if shape.startswith(("generalised", "plateau")):
        low, high = (0.5, 4) if shape.startswith("generalised") else (1, 2)
        power = power ** (rng.uniform(low, 1) if rng.uniform() < 0.5 else rng.uniform(1, high))
    weights = 1 / (1 + power) if shape.startswith("plateau") else np.exp(-power / 2)
    return weights / weights.sum()


def ringing(cutoff: float, side: int) -> np.ndarray:
    y, x = np.indices((side, side)) - side // 2
    radius = np.hypot(x, y)
    radius[side // 2, side // 2] = 1
    weights = cutoff * j1(cutoff * radius) / (math.tau * radius)
    weights[side // 2, side // 2] = cutoff**2 / (4 * math.pi)
    return weights / weights.sum()


def filtered(image: Tensor, weights: np.ndarray) -> Tensor:
    reach = weights.shape[0] // 2
    padded = F.pad(image, (reach,) * 4, mode="reflect" if min(image.shape[-2:]) > reach else "replicate")
    return F.conv2d(padded, torch.from_numpy(weights).float().expand(3, 1, -1, -1), groups=3)


def noisy(image: Tensor, rng: np.random.Generator, sigma: float, strength: float) -> Tensor:
    gray = rng.uniform() < 0.4
    if rng.uniform() < 0.5:
        noise = torch.randn_like(image[:, :1] if gray else image) * rng.uniform(1, sigma) / 255
    else:
        light = image.clamp(0, 1)
        light = ((0.299 * light[:, :1] + 0.587 * light[:, 1:2] + 0.114 * light[:, 2:]) if gray else light) * 255
        light = light.round() / 255
        photons = 2 ** math.ceil(math.log2(len(light.unique())))
        noise = (torch.poisson(light * photons) / photons - light) * rng.uniform(0.05, strength)
    return (image + noise).clamp(0, 1)


def basis() -> Tensor:
    """The 64 waves of the DCT of 8x8 pixels, (8,8,8,8)."""
    place = torch.arange(8.0)
    line = torch.cos(math.pi * (2 * place[:, None] + 1) * place / 16) / 2
    line[:, 0] /= math.sqrt(2)
    return torch.einsum("xu,yv->xyuv", line, line)


WAVES = basis()


def compressed(image: Tensor, quality: float) -> Tensor:
    height, width = image.shape[-2:]
    padded = F.pad(image.clamp(0, 1) * 255, (0, -width % 16, 0, -height % 16))
    red, green, blue = padded[0]
    planes = [
        0.299 * red + 0.587 * green + 0.114 * blue,
        -0.168736 * red - 0.331264 * green + 0.5 * blue + 128,
        0.5 * red - 0.418688 * green - 0.081312 * blue + 128,
    ]
    percent = 5000 / quality if quality < 50 else 200 - 2 * quality
    decoded = []
    for number, plane in enumerate(planes):
        whole = plane if number == 0 else F.avg_pool2d(plane[None, None], 2)[0, 0]
        table = torch.tensor([float(word) for word in (LUMA if number == 0 else CHROMA).split()]).view(8, 8)
        step = table * percent / 100
        rows, columns = whole.shape[0] // 8, whole.shape[1] // 8
        blocks = whole.view(rows, 8, columns, 8).permute(0, 2, 1, 3) - 128
        waves = torch.tensordot(blocks, WAVES, dims=2)
        restored = torch.tensordot((waves / step).round() * step, WAVES.permute(2, 3, 0, 1), dims=2) + 128
        restored = restored.permute(0, 2, 1, 3).reshape(rows * 8, columns * 8)
        decoded.append(restored if number == 0 else restored.repeat_interleave(2, 0).repeat_interleave(2, 1))
    luma, first, second = decoded[0], decoded[1] - 128, decoded[2] - 128
    result = torch.stack([luma + 1.402 * second, luma - 0.344136 * first - 0.714136 * second, luma + 1.772 * first])
    return result[None, :, :height, :width].clamp(0, 255).round() / 255
