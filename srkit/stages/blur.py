"""A random Gaussian kernel for every image, without subsampling."""

from __future__ import annotations

import math

import numpy as np
import torch

import srkit
from srkit.degrading.blur import blur
from srkit.degrading.by_size import by_size
from srkit.degrading.kernels import cut, gaussian, normalised
from srkit.degrading.ranges import odd_span_of, probability_of, span_of, stretched
from srkit.draws import Draws
from srkit.work import Work

NARROWEST = 0.01
"""The smallest standard deviation of a kernel, in pixels: narrower ones are a single pixel, and divide by zero."""


@srkit.stage("blur")
class Blur:
    """Blur every image with a random Gaussian kernel, round or elongated.

    Args:
        sigma_range: Smallest and largest standard deviation along each axis of the kernel, in pixels.
        isotropic: Share of the images whose kernel is round.
        size_range: Smallest and largest side of the kernel in pixels, both odd.
        noise: Largest relative change of each kernel value, up or down.
    """

    def __init__(
        self,
        scale: int,
        *,
        sigma_range: list[float] = [0.2, 3.0],  # noqa: B006 - read, never changed
        isotropic: float = 0.5,
        size_range: list[int] = [7, 21],  # noqa: B006
        noise: float = 0.0,
    ) -> None:
        self.scale = scale
        self.sigma = span_of("sigma_range", sigma_range, least=NARROWEST)
        self.isotropic = probability_of("isotropic", isotropic)
        self.sides = odd_span_of("size_range", size_range)
        if not 0 <= noise < 1:
            raise ValueError(f"noise must be in [0, 1), got {noise}")
        self.noise = (1 - noise, 1 + noise)

    def __call__(self, work: Work, draws: Draws) -> Work:
        """Return the images blurred, and ``kernels`` (N,k,k), smaller ones with zeros around them."""
        low, high = self.sides
        sides = low + 2 * draws.integers(0, (high - low) // 2 + 1).numpy()
        # the first axis, the second axis, the angle, whether it is round
        drawn = draws.uniform(4).numpy()
        sigma = stretched(drawn[:, :2], self.sigma)
        sigma[:, 1] = np.where(drawn[:, 3] < self.isotropic, sigma[:, 0], sigma[:, 1])
        kernels = gaussian(sigma**2, math.pi * drawn[:, 2], high, (high - 1) / 2)
        if self.noise != (1, 1):
            kernels *= stretched(draws.uniform(high, high).numpy(), self.noise)
        finished = torch.from_numpy(normalised(cut(kernels, sides)))
        return work.becomes(by_size(blur, work.images, finished), kernels=finished)
