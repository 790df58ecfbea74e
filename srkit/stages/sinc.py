"""Ringing, like that of sharpening or of strong compression."""

from __future__ import annotations

import math
from typing import Annotated

import torch

import srkit
from srkit.degrading.correlate import correlated
from srkit.degrading.kernels import cut, normalised, ringing
from srkit.degrading.ranges import LARGEST_SIDE, span_of, stretched
from srkit.draws import Draws
from srkit.work import Work


@srkit.stage("sinc")
class Sinc:
    """Cut off the high frequencies of every image at a random one, which leaves rings beside its edges.

    The kernel is that of an ideal circular low pass, cut to a square (Wang et al. 2021, Real-ESRGAN).

    Args:
        cutoff_range: Lowest and highest frequency that is cut off, in radians per pixel, up to pi.
        size_range: Smallest and largest side of the kernel in pixels, both odd.
    """

    @srkit.limited
    def __init__(
        self,
        scale: int,
        *,
        cutoff_range: list[Annotated[float, srkit.Range(above=0, high=math.pi)]] = [math.pi / 3, math.pi],  # noqa: B006 - read, never changed
        size_range: list[Annotated[int, srkit.Range(3, LARGEST_SIDE, odd=True)]] = [7, 21],  # noqa: B006
    ) -> None:
        self.scale = scale
        self.cutoff = span_of("cutoff_range", cutoff_range)
        self.sides = span_of("size_range", size_range)

    def __call__(self, work: Work, draws: Draws) -> Work:
        """Return the images with rings, and ``cutoff`` (N,) in radians per pixel."""
        low, high = self.sides
        sides = low + 2 * draws.integers(0, (high - low) // 2 + 1).numpy()
        cutoff = stretched(draws.uniform(), self.cutoff)
        kernels = torch.from_numpy(normalised(cut(ringing(cutoff.numpy(), high), sides)))
        return work.becomes(correlated(work.images, kernels), cutoff=cutoff)
