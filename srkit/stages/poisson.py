"""Shot noise."""

from __future__ import annotations

import srkit
from srkit.degrading.photons import counted
from srkit.degrading.ranges import probability_of, span_of
from srkit.draws import Draws
from srkit.work import Work


@srkit.stage("poisson")
class Poisson:
    """Count photons: noise whose variance grows with the light, of a random strength for every image.

    Args:
        photons_range: Fewest and most photons of a white pixel; fewer photons give more noise. Their
            logarithm is drawn uniformly.
        gray: Share of the images in which all channels get the same noise, that of their mean.
    """

    def __init__(
        self,
        scale: int,
        *,
        photons_range: list[float] = [50.0, 5000.0],  # noqa: B006 - read, never changed
        gray: float = 0.0,
    ) -> None:
        self.scale, self.gray = scale, probability_of("gray", gray)
        self.photons = span_of("photons_range", photons_range, least=1, most=1e12)

    def __call__(self, work: Work, draws: Draws) -> Work:
        """Return the images with noise, and ``photons`` (N,) of a white pixel."""
        low, high = self.photons
        photons = low * (high / low) ** draws.uniform()
        gray = draws.uniform() < self.gray
        images = []
        for row, (image, white, same) in enumerate(zip(work.images, photons.tolist(), gray.tolist(), strict=True)):
            light = (image.mean(1, keepdim=True) if same else image).clamp(0, None)
            counts = counted(light[0] * white, draws[row : row + 1].child("light"))
            images.append(image + (counts[None].to(image) / white - light))
        return work.becomes(images, photons=photons)
