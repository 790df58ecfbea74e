"""Shot noise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import torch
from torch import Tensor

import srkit
from srkit.degrading.grain import light_of
from srkit.degrading.photons import counted
from srkit.degrading.ragged import apart, combined, on_processor, stacked
from srkit.degrading.ranges import span_of, stretched
from srkit.draws import Draws
from srkit.work import Work


@srkit.stage("poisson")
class Poisson:
    """Count photons: noise whose variance grows with the light, of a random strength for every image.

    Args:
        photons_range: Fewest and most photons of a white pixel; fewer photons give more noise. Their
            logarithm is drawn uniformly.
        strength_range: Smallest and largest factor of the noise; 1 is that of the photons. Real-ESRGAN counts 256
            photons and draws this factor.
        gray: Share of the images in which all channels get the same noise, that of their luma (BT.601).
    """

    @srkit.limited
    def __init__(
        self,
        scale: int,
        *,
        photons_range: list[Annotated[float, srkit.Range(1, 1e12)]] = [50.0, 5000.0],  # noqa: B006 - read, never changed
        strength_range: list[Annotated[float, srkit.Range(0, 100)]] = [1.0, 1.0],  # noqa: B006
        gray: Annotated[float, srkit.Range(0, 1)] = 0.0,
    ) -> None:
        self.scale, self.gray = scale, gray
        self.photons = span_of("photons_range", photons_range)
        self.strength = span_of("strength_range", strength_range)

    def __call__(self, work: Work, draws: Draws) -> Work:
        """Return the images with noise, ``photons`` (N,) of a white pixel, ``strength`` (N,) and ``gray`` (N,)."""
        low, high = self.photons
        photons = low * (high / low) ** draws.uniform()
        gray = draws.uniform() < self.gray
        strength = stretched(draws.uniform(), self.strength)
        noise = self._noise(work.images, photons.tolist(), gray.tolist(), strength.tolist(), draws)
        return work.becomes(combined(work.images, noise, torch.add), photons=photons, strength=strength, gray=gray)

    def _noise(
        self, images: Sequence[Tensor], photons: list[float], gray: list[bool], strength: list[float], draws: Draws
    ) -> Iterator[Tensor]:
        """Yield the noise of every image (1,C,H,W), or (1,1,H,W) for all channels, in float32 on the CPU."""
        # photons are counted on the CPU, where all images go in one copy
        lights = images if on_processor(images) else apart(stacked(images).cpu(), images)
        for row, (image, white, same, factor) in enumerate(zip(lights, photons, gray, strength, strict=True)):
            light = (light_of(image) if same else image).float().clamp(0, None)
            counts = counted(light[0] * white, draws[row : row + 1].child("light"))
            yield counts[None].mul_(factor / white).sub_(light, alpha=factor)
