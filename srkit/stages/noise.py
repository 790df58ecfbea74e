"""Sensor noise."""

from __future__ import annotations

from typing import Annotated

import torch

import srkit
from srkit.degrading.grain import Grain
from srkit.degrading.ragged import combined
from srkit.draws import Draws
from srkit.work import Work


@srkit.stage("noise")
class Noise:
    """Add white Gaussian noise of a random strength to every image.

    Args:
        sigma_range: Smallest and largest standard deviation, in grey levels (0 to 255).
        gray: Share of the images in which all channels get the same noise.
        correlated: Share of the images in which the noise of the channels has a random covariance, which is scaled
            by the largest standard deviation (Zhang et al. 2021, BSRGAN). In all others each channel has noise of
            its own.
    """

    @srkit.limited
    def __init__(
        self,
        scale: int,
        *,
        sigma_range: list[Annotated[float, srkit.Range(0, 255)]] = [0.0, 5.0],  # noqa: B006 - read, never changed
        gray: Annotated[float, srkit.Range(0, 1)] = 0.0,
        correlated: Annotated[float, srkit.Range(0, 1)] = 0.0,
    ) -> None:
        self.scale, self.grain = scale, Grain.of(sigma_range, gray, correlated)

    def __call__(self, work: Work, draws: Draws) -> Work:
        """Return the images with noise, ``sigma`` (N,) in grey levels, and ``noise_kind`` (N,), see ``Grain``."""
        drawn = self.grain.drawn(draws)
        noise = self.grain.noise(work.images, drawn, draws)
        return work.becomes(combined(work.images, noise, torch.add), **drawn)
