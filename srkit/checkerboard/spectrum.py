"""M2: the grid-peak ratio (GPR), how far the grid of the scale stands out of an image's spectrum.

A checkerboard of period s puts its power on the frequencies (kN/s, lN/s) of an
N x N spectrum; a natural image is smooth there. So the power on each is compared
with its own surroundings, and 0 dB says that there is nothing to see.

Measure images as the network gives them, in float. Rounding to 8 bits is noise: it
fills the zeros that bicubic enlargement has on the grid (-18 dB becomes about -1 at
x2) and lowers what stands out (+3.4 dB of LapSRN's released x2 becomes +1.7).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

SIZE = 128
"""Side of a crop, in pixels, unless told otherwise: small enough to stay within one texture."""

SILENCE = 1e-9
"""Standard deviation of white noise, in units of [0,1], that every spectrum is taken to hold.

Below float32's rounding, so it alters no image; a crop without any content reads about 0 dB by it.
"""


@dataclass(frozen=True)
class GridSpectrum:
    """The spectrum of images, and how far the grid of the scale stands out of it.

    Attributes:
        scale: s.
        ratios: (T,s,s) power on grid frequency (kN/s, lN/s) of each of T crops, over
            that of its surroundings; linear, 1 at (0,0), which is no grid frequency.
        levels: (N,N) power in dB, averaged over the crops; frequency zero lies at (N/2,N/2).
    """

    scale: int
    ratios: NDArray[np.float64]
    levels: NDArray[np.float64]

    @property
    def decibels(self) -> float:
        """The grid-peak ratio in dB: of the mean over grid frequencies, averaged over the crops."""
        each = self.ratios.reshape(len(self.ratios), -1)[:, 1:].mean(1)
        return float(10 * np.log10(each).mean())

    @property
    def peaks(self) -> list[tuple[int, int, float]]:
        """Row and column in ``levels`` of every grid frequency, and its own ratio in dB."""
        size = len(self.levels)
        at = [(k * size // self.scale + size // 2) % size for k in range(self.scale)]
        loudness = 10 * np.log10(self.ratios).mean(0)
        grid = [place for place in np.ndindex(self.scale, self.scale) if place != (0, 0)]
        return [(at[k], at[m], float(loudness[k, m])) for k, m in grid]


def grid_spectrum(image: Tensor, scale: int, *, size: int | None = None) -> GridSpectrum:
    """Measure the spectrum of images on the grid of ``scale``.

    Every channel of every image is cut into N x N crops that overlap by half and reach
    every edge. A crop under a Hann window has the power P = |FFT|**2. At each grid
    frequency g the ratio is

        r_g = mean of P in 3 x 3 around g / (median of P in 17 x 17 less the central 5 x 5 / ln 2)

    (the power of noise is exponentially distributed, and ln 2 is that distribution's
    median over its mean; the median keeps a neighbour's peak out), and the crop's GPR is
    10 log10 of the mean of r_g over g. The GPR of the whole is the mean over the crops
    **in dB**: in linear units a few crops with long straight edges would outweigh
    all others, and a photograph would no longer read 0.

    Args:
        image: (N,C,H,W) in [0,1].
        scale: s, the period that is looked for, in pixels.
        size: Side N of the crops, a multiple of ``scale`` and at least 16 times it, so that the
            surroundings of two grid frequencies stay apart. None is ``SIZE``, or
            what of it fits.

    Raises:
        ValueError: ``size`` does not fit the scale or the image, or a value is not finite.
    """
    if image.ndim != 4:
        raise ValueError(f"image: wants (N,C,H,W), found shape {tuple(image.shape)}")
    height, width = image.shape[-2:]
    size = _size(height, width, scale, size)
    line = torch.hann_window(size, periodic=True, dtype=torch.float64)  # periodic: a grid is 3 x 3 wide, exactly
    window = line[:, None] * line
    silence = SILENCE**2 * window.square().sum()
    ratios, levels = [], torch.zeros(size, size, dtype=torch.float64)
    for crops in _rows_of_crops(image, size):
        power = torch.fft.fft2(crops * window).abs().square() + silence
        ratios.append(_ratios(power, scale))
        levels += power.log10().sum(0)
    together = torch.cat(ratios)
    if not together.isfinite().all():
        raise ValueError("image: wants finite values, found nan or inf")
    shifted = torch.fft.fftshift(10 * levels / len(together))
    return GridSpectrum(scale, together.numpy(), shifted.numpy())


def grid_peak_ratio(image: Tensor, scale: int, *, size: int | None = None) -> float:
    """Return the GPR of images in dB; arguments as for ``grid_spectrum``."""
    return grid_spectrum(image, scale, size=size).decibels


def relative_gpr(prediction: Tensor, target: Tensor, scale: int, *, size: int | None = None) -> float:
    """Return GPR(prediction) - GPR(target) in dB: what the network added, whatever the scene brings.

    A scene may stand out by itself: a vertical edge has all its power on one axis of
    the spectrum, where half of the grid frequencies lie at x2.
    """
    return grid_peak_ratio(prediction, scale, size=size) - grid_peak_ratio(target, scale, size=size)


def _size(height: int, width: int, scale: int, size: int | None) -> int:
    if scale < 2:
        raise ValueError(f"scale must be at least 2 to have a grid, got {scale}")
    least = 16 * scale
    found = size or min(max(SIZE, least), height, width) // scale * scale
    if found % scale or found < least:
        raise ValueError(
            f"image: wants crops of a multiple of {scale} and at least {least} pixels for scale {scale}, "
            f"found {found} in {width} x {height}"
        )
    if found > min(height, width):
        raise ValueError(
            f"image: wants {found} x {found} pixels or more, found {width} x {height}; give a smaller size"
        )
    return found


def _rows_of_crops(image: Tensor, size: int) -> Iterator[Tensor]:
    """Yield the crops (T,N,N) of one row of one channel at a time, so that a large image needs little memory."""
    height, width = image.shape[-2:]
    for plane in image.detach().reshape(-1, height, width):
        for top in _starts(height, size):
            row = plane[top : top + size].cpu().double()
            yield torch.stack([row[:, left : left + size] for left in _starts(width, size)])


def _starts(length: int, size: int) -> list[int]:
    """Return where crops begin: evenly, overlapping by half or more, the first and last at the ends."""
    gaps = math.ceil((length - size) / (size / 2))
    return [round(index * (length - size) / gaps) for index in range(gaps + 1)] if gaps else [0]


def _ratios(power: Tensor, scale: int) -> Tensor:
    """Return r_g (T,s,s) of power spectra (T,N,N)."""
    size = power.shape[-1]
    around = torch.arange(-8, 9)
    near = (around.abs() <= 1)[:, None] & (around.abs() <= 1)
    far = (around.abs() > 2)[:, None] | (around.abs() > 2)
    ratios = torch.ones(len(power), scale, scale, dtype=power.dtype)
    for k in range(scale):
        for m in range(scale):
            if (k, m) == (0, 0):
                continue
            rows, columns = (around + k * size // scale) % size, (around + m * size // scale) % size
            patch = power[:, rows[:, None], columns]
            background = patch[:, far].quantile(0.5, dim=1) / math.log(2)
            ratios[:, k, m] = patch[:, near].mean(1) / background
    return ratios
