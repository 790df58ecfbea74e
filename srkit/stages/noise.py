"""Sensor noise."""

from __future__ import annotations

import srkit
from srkit.degrading.grain import white
from srkit.degrading.ranges import probability_of, span_of, stretched
from srkit.draws import Draws
from srkit.work import Work


@srkit.stage("noise")
class Noise:
    """Add white Gaussian noise of a random strength to every image.

    Args:
        sigma_range: Smallest and largest standard deviation, in grey levels (0 to 255).
        gray: Share of the images in which all channels get the same noise.
    """

    def __init__(
        self,
        scale: int,
        *,
        sigma_range: list[float] = [0.0, 5.0],  # noqa: B006 - read, never changed
        gray: float = 0.0,
    ) -> None:
        self.scale, self.gray = scale, probability_of("gray", gray)
        self.sigma = span_of("sigma_range", sigma_range, least=0, most=255)

    def __call__(self, work: Work, draws: Draws) -> Work:
        """Return the images with noise, and ``sigma`` (N,) in grey levels."""
        sigma = stretched(draws.uniform(), self.sigma)
        gray = draws.uniform() < self.gray
        noise = white(work.images, gray, draws.child("grain"))
        strengths = (sigma / 255).tolist()
        return work.becomes(
            (
                image + strength * grain
                for image, strength, grain in zip(work.images, strengths, noise, strict=True)
            ),
            sigma=sigma,
        )
