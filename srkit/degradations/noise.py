"""Sensor noise."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

import srkit
from srkit.degradations.uniform import span_of, uniform
from srkit.image.convert import quantise


@srkit.degradation("noise")
class Noise:
    """Add white Gaussian noise of a random strength to every image; a stage of a chain, it keeps the size.

    Args:
        sigma_range: Smallest and largest standard deviation, in grey levels (0 to 255).
        gray: Whether all channels get the same noise.
        quantise: Round to 8 bits.
    """

    resizes = False

    def __init__(
        self,
        scale: int,
        *,
        sigma_range: list[float] = [0.0, 5.0],  # noqa: B006 - read, never changed
        gray: bool = False,
        quantise: bool = True,
    ) -> None:
        self.scale, self.gray, self.quantise = scale, gray, quantise
        self.sigma = span_of("sigma_range", sigma_range, least=0)

    def trace(self, image: Tensor, generator: Generator) -> tuple[Tensor, dict[str, Tensor]]:
        """Return (N,C,H,W) with noise, and ``sigma`` (N,) in grey levels."""
        sigma = uniform(len(image), self.sigma, generator)
        shape = (image.shape[0], 1 if self.gray else image.shape[1], *image.shape[2:])
        white = torch.randn(shape, generator=generator) * (sigma.float() / 255).view(-1, 1, 1, 1)
        noisy = image + white.to(device=image.device, dtype=image.dtype)
        return (quantise(noisy) if self.quantise else noisy), {"sigma": sigma}

    def __call__(self, image: Tensor, generator: Generator) -> Tensor:
        """Return (N,C,H,W) with noise."""
        return self.trace(image, generator)[0]
