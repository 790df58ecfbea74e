"""How natural an image looks, without another one to compare it with."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

import srkit
from srkit.image.convert import gray_to_rgb
from srkit.image.crop import shave
from srkit.image.resize import resize
from srkit.metrics.protocol import same_shape

Array = NDArray[np.float64]

PARAMETERS = Path(__file__).with_name("niqe.npz")
"""The authors' mean and covariance of the features of natural photographs (niqe.txt has their terms)."""

BLOCK = 96
GRAY = (0.298936021293775, 0.587043074451121, 0.114020904255103)
"""Weights of R, G and B in MATLAB's rgb2gray."""

WINDOW, DEVIATION = 7, 7 / 6
NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))


@srkit.metric("niqe")
class NIQE:
    """Distance of an image's statistics from those of natural photographs (Mittal et al. 2013); lower is better.

    It looks at the result alone, and not at HR. Each block of 96 pixels has 36 features: the fit of a generalised
    Gaussian to the locally normalised image, and to products of neighbours in four directions, at two sizes. The
    parameters are the authors' own, and so are the steps: 8-bit gray as MATLAB makes it, its bicubic resizing, and
    all blocks from the top left corner that fit. Small images give few blocks, and unsteady values.

    Args:
        border: Pixels cut off every side; null is the scale.
    """

    higher_is_better = False
    compares = False

    @srkit.limited
    def __init__(self, scale: int, *, border: Annotated[int, srkit.Range(0)] | None = None) -> None:
        self.border = scale if border is None else border
        with np.load(PARAMETERS) as stored:
            self.mean, self.covariance = stored["mean"], stored["covariance"]
        self.protocol = {"color": "gray (rgb2gray)", "range": "0..255", "border": self.border, "rounded": "8 bit"}

    @torch.no_grad()
    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return (N,) of two (N,C,H,W) in [0,1]; the second one is not looked at.

        Raises:
            ValueError: The images have less than two blocks inside the border.
        """
        same_shape(prediction, target)
        inside = shave(prediction.detach().cpu(), self.border)
        height, width = (side // BLOCK * BLOCK for side in inside.shape[-2:])
        if height * width < 2 * BLOCK * BLOCK:
            raise ValueError(
                f"niqe wants two blocks of {BLOCK} x {BLOCK} pixels inside the border, got images of "
                f"{inside.shape[-1]} x {inside.shape[-2]}"
            )
        gray = rounded_gray(inside)[..., :height, :width]
        return torch.tensor([self._distance(features(image[None])) for image in gray], dtype=torch.float64)

    def _distance(self, found: Array) -> float:
        found = found[~np.isnan(found).any(1)] if len(found) > 1 else found
        away = self.mean - found.mean(0)
        inverse = np.linalg.pinv((self.covariance + np.cov(found, rowvar=False)) / 2)
        return math.sqrt(float(away @ inverse @ away))


def rounded_gray(images: Tensor) -> Tensor:
    """Return whole grey levels (N,1,H,W) in float64 of (N,C,H,W) in [0,1], as rgb2gray makes them of 8-bit RGB."""
    levels = gray_to_rgb(images).double().clamp(0, 1).mul(255).round()
    mixed = sum(weight * levels[:, place] for place, weight in enumerate(GRAY))
    return torch.as_tensor(mixed).add(0.5).floor()[:, None]


def features(gray: Tensor) -> Array:
    """Return the features (B,36) of the B blocks of one image (1,1,H,W) of grey levels; sides are whole blocks."""
    found = []
    for side in (BLOCK, BLOCK // 2):
        normal = _normalised(gray)[0, 0].numpy()
        rows, columns = (length // side for length in normal.shape)
        blocks = normal.reshape(rows, side, columns, side).transpose(0, 2, 1, 3).reshape(-1, side, side)
        alpha, left, right = _asymmetric(blocks)
        parts = [alpha, (left + right) / 2]
        for shift in NEIGHBOURS:
            alpha, left, right = _asymmetric(blocks * np.roll(blocks, shift, (1, 2)))
            lift = np.exp([math.lgamma(2 / one) - math.lgamma(1 / one) for one in alpha])
            parts += [alpha, (right - left) * lift, left, right]
        found.append(np.stack(parts, 1))
        gray = resize(gray, 0.5)
    return np.concatenate(found, 1)


def _normalised(gray: Tensor) -> Tensor:
    """Return an image less its local mean, over its local standard deviation and 1."""
    line = torch.exp(-0.5 * ((torch.arange(WINDOW, dtype=torch.float64) - WINDOW // 2) / DEVIATION) ** 2)
    window = (torch.outer(line, line) / line.sum() ** 2)[None, None]

    def smooth(image: Tensor) -> Tensor:
        return F.conv2d(F.pad(image, (WINDOW // 2,) * 4, mode="replicate"), window)

    mean = smooth(gray)
    return (gray - mean) / ((smooth(gray * gray) - mean * mean).abs().sqrt() + 1)


def _asymmetric(blocks: Array) -> tuple[Array, Array, Array]:
    """Fit an asymmetric generalised Gaussian to each of (B,h,w): shapes, left and right scales, (B,) each."""
    values = blocks.reshape(len(blocks), -1)
    below, above = values < 0, values > 0
    squares = values * values
    with np.errstate(divide="ignore", invalid="ignore"):  # a flat block has no fit, and is left out
        left = np.sqrt((squares * below).sum(1) / below.sum(1))
        right = np.sqrt((squares * above).sum(1) / above.sum(1))
        skew = left / right
        ratio = np.abs(values).mean(1) ** 2 / squares.mean(1)
        wanted = ratio * (skew**3 + 1) * (skew + 1) / (skew**2 + 1) ** 2
    shapes, ratios, scales = _table()
    place = np.abs(ratios - wanted[:, None]).argmin(1)
    return shapes[place], left * scales[place], right * scales[place]


@cache
def _table() -> tuple[Array, Array, Array]:
    """Return shapes from 0.2 to 10, the ratio E|x|^2 / E x^2 of each, and its scale for a deviation of 1."""
    shapes = np.arange(0.2, 10.001, 0.001)
    first, second, third = (torch.lgamma(torch.from_numpy(k / shapes)).numpy() for k in (1, 2, 3))
    return shapes, np.exp(2 * second - first - third), np.exp((first - third) / 2)
