"""Normal noise for images of different sizes: separate for the channels, the same for all, or correlated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from srkit.degrading.ranges import span_of, stretched
from srkit.draws import Draws

CORRELATED = 2
"""The kind of noise whose channels are correlated; 1 is gray, the same for all channels; 0 is separate for each."""

LUMA = (0.299, 0.587, 0.114)
"""Weights of R, G and B in BT.601's luma."""


@dataclass(frozen=True)
class Grain:
    """Noise of a random strength, and of one of three kinds, for every image.

    Args:
        sigma: Smallest and largest standard deviation, in grey levels (0 to 255).
        gray: Share of the images in which all channels get the same noise.
        correlated: Share of the images in which the channels' noise has a random covariance, scaled by the largest
            standard deviation (Zhang et al. 2021, BSRGAN).
    """

    sigma: tuple[float, float]
    gray: float
    correlated: float

    @classmethod
    def of(cls, sigma_range: Sequence[float], gray: float, correlated: float) -> Grain:
        """Check the options of a stage.

        Raises:
            ValueError: The range is none, or the shares are together above 1.
        """
        if gray + correlated > 1 + 1e-9:
            raise ValueError(f"gray and correlated must be at most 1 together, got {gray} and {correlated}")
        return cls(span_of("sigma_range", sigma_range), gray, correlated)

    def drawn(self, draws: Draws) -> dict[str, Tensor]:
        """Draw ``sigma`` (N,) in grey levels and ``noise_kind`` (N,): 0 separate, 1 gray, 2 correlated channels."""
        sigma, kind = stretched(draws.uniform(), self.sigma), draws.uniform()
        correlated = (kind >= self.gray) & (kind < self.gray + self.correlated)
        return {"sigma": sigma, "noise_kind": (kind < self.gray) + CORRELATED * correlated}

    def noise(self, images: Sequence[Tensor], drawn: dict[str, Tensor], draws: Draws) -> Iterator[Tensor]:
        """Yield the noise of every image (1,C,H,W), or (1,1,H,W) for all channels, in float32 on the CPU.

        It has the mean 0 and the standard deviations that were drawn, in [0,1] rather than grey levels.
        """
        strengths, kinds = (drawn["sigma"] / 255).tolist(), drawn["noise_kind"].tolist()
        factors = None
        if CORRELATED in kinds:
            factors = torch.from_numpy(roots(draws.child("covariance").uniform(12).numpy()) * self.sigma[1] / 255)
        own = draws.child("grain")
        for row, (image, strength, kind) in enumerate(zip(images, strengths, kinds, strict=True)):
            shape = (1 if kind == 1 else image.shape[1], *image.shape[2:])
            white = own[row : row + 1].normal(*shape)
            if kind == CORRELATED and factors is not None:
                yield _mixed(white, factors[row, : shape[0], : shape[0]].float())
            else:
                yield white.mul_(strength)


def _mixed(white: Tensor, factor: Tensor) -> Tensor:
    """Return the channels of (1,C,H,W) mixed by (C,C), lower triangular."""
    planes = [
        sum(factor[row, column] * white[:, column] for column in range(row + 1)) for row in range(len(factor))
    ]
    return torch.stack([plane for plane in planes if isinstance(plane, Tensor)], 1)


def roots(drawn: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the Cholesky factors (N,3,3) of random covariances of three channels, of 12 numbers each from [0,1).

    A covariance is |U' D U|: D is diagonal, of 3 numbers, and U has the left singular vectors of a matrix of 9. Its
    absolute values are again a covariance, as those of any 3x3 covariance are.
    """
    u = np.linalg.svd(drawn[:, 3:].reshape(-1, 3, 3))[0]
    covariance = np.abs((u[:, :, :, None] * u[:, :, None, :] * drawn[:, :3, None, None]).sum(1))
    factors: NDArray[np.float64] = np.linalg.cholesky(covariance + 1e-9 * np.eye(3))
    return factors


def light_of(image: Tensor) -> Tensor:
    """Return BT.601's luma (1,1,H,W) of RGB (1,3,H,W) in full range; one channel is taken as it is."""
    if image.shape[1] == 1:
        return image
    red, green, blue = (weight * image[:, index : index + 1] for index, weight in enumerate(LUMA))
    return red + green + blue
