"""A random kernel for every image, without subsampling."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
import torch
from numpy.typing import NDArray

import srkit
from srkit.degrading.correlate import correlated
from srkit.degrading.kernels import Array, cut, normalised
from srkit.degrading.ranges import LARGEST_SIDE, span_of, stretched
from srkit.degrading.shapes import GENERALISED, PLATEAU, ROUND, exponents, shape_shares, weights
from srkit.draws import Draws
from srkit.work import Work

NARROWEST = 0.01
"""The smallest standard deviation of a kernel, in pixels: narrower ones are a single pixel, and divide by zero."""

USUAL: Mapping[str, float] = {"iso": 0.5, "aniso": 0.5}


@srkit.stage("blur")
class Blur:
    """Blur every image with a random kernel: Gaussian, generalised Gaussian or plateau, round or elongated.

    With q the squared distance from the middle in units of the standard deviations, the weights of a Gaussian fall
    as exp(-q/2), those of a generalised one as exp(-q**beta/2), and those of a plateau as 1/(1+q**beta) (Wang et
    al. 2021, Real-ESRGAN). Half of the exponents beta are drawn up to 1, half of them from 1 on.

    Args:
        sigma_range: Smallest and largest standard deviation along each axis of the kernel, in pixels.
        unit: variance draws the squares of the standard deviations evenly, from the square of the smallest to that
            of the largest; std draws the standard deviations themselves evenly.
        shapes: How often each shape is drawn, relative to the others: iso and aniso are Gaussians, round and
            elongated; generalised_iso, generalised_aniso, plateau_iso and plateau_aniso are the others.
        generalised_range: Smallest and largest exponent of a generalised Gaussian; 1 is the Gaussian.
        plateau_range: Smallest and largest exponent of a plateau.
        size_range: Smallest and largest side of the kernel in pixels, both odd.
        noise: Largest relative change of each kernel value, up or down.
    """

    @srkit.limited
    def __init__(
        self,
        scale: int,
        *,
        sigma_range: list[Annotated[float, srkit.Range(NARROWEST)]] = [0.2, 3.0],  # noqa: B006 - read, never changed
        unit: Literal["std", "variance"] = "std",
        shapes: Mapping[str, Annotated[float, srkit.Range(0)]] = USUAL,
        generalised_range: list[Annotated[float, srkit.Range(0.1, 20)]] = [0.5, 4.0],  # noqa: B006
        plateau_range: list[Annotated[float, srkit.Range(0.1, 20)]] = [1.0, 2.0],  # noqa: B006
        size_range: list[Annotated[int, srkit.Range(3, LARGEST_SIDE, odd=True)]] = [7, 21],  # noqa: B006
        noise: Annotated[float, srkit.Range(0, below=1)] = 0.0,
    ) -> None:
        self.scale, self.unit = scale, unit
        self.sigma = span_of("sigma_range", sigma_range)
        self.shares = shape_shares(shapes)
        self.generalised = span_of("generalised_range", generalised_range)
        self.plateau = span_of("plateau_range", plateau_range)
        self.sides = span_of("size_range", size_range)
        self.noise = (1 - noise, 1 + noise)

    def __call__(self, work: Work, draws: Draws) -> Work:
        """Return the images blurred, and the numbers of their kernels.

        ``kernels`` is (N,k,k), smaller ones with zeros around them; ``shape`` (N,) the place in
        ``srkit.degrading.shapes.SHAPES``, ``deviations`` (N,2) in pixels, ``angle`` (N,) in radians, ``beta`` (N,),
        which is 1 for a Gaussian, and ``side`` (N,) in pixels.
        """
        low, high = self.sides
        sides = low + 2 * draws.integers(0, (high - low) // 2 + 1).numpy()
        # both axes, the angle, the shape, the exponent
        drawn = draws.uniform(6).numpy()
        shape = np.searchsorted(self.shares, drawn[:, 3], side="right")
        deviations, angle, beta = self._deviations(drawn[:, :2], shape), math.pi * drawn[:, 2], np.ones(len(drawn))
        for fall, span in ((GENERALISED, self.generalised), (PLATEAU, self.plateau)):
            beta = np.where(fall[shape], exponents(drawn[:, 4:], span), beta)
        kernels = weights(shape, deviations, angle, beta, high)
        if self.noise != (1, 1):
            kernels *= stretched(draws.uniform(high, high).numpy(), self.noise)
        finished = torch.from_numpy(normalised(cut(kernels, sides)))
        values = {"shape": shape, "deviations": deviations, "angle": angle, "beta": beta, "side": sides}
        tensors = {name: torch.from_numpy(value) for name, value in values.items()}
        return work.becomes(correlated(work.images, finished), kernels=finished, **tensors)

    def _deviations(self, drawn: Array, shape: NDArray[np.int64]) -> Array:
        """Return the standard deviations (N,2) of numbers (N,2) from [0,1); those of a round kernel are equal."""
        if self.unit == "std":
            both = stretched(drawn, self.sigma)
        else:
            both = np.sqrt(stretched(drawn, (self.sigma[0] ** 2, self.sigma[1] ** 2)))
        return np.where(ROUND[shape][:, None], both[:, :1], both)
