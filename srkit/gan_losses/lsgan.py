"""Squared differences from 0 and 1."""

from __future__ import annotations

from torch import Tensor

import srkit


@srkit.gan_loss("lsgan")
class LSGAN:
    """Squared differences: HR is to score 1 and SR 0, or 1 for the generator (Mao et al. 2017)."""

    chance = 0.25
    compares = False

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return ((D(HR) - 1)^2 + D(SR)^2) / 2, its mean over all scores."""
        return ((real - 1).square().mean() + fake.square().mean()) / 2

    def generator(self, _real: Tensor | None, fake: Tensor) -> Tensor:
        """Return (D(SR) - 1)^2."""
        return (fake - 1).square().mean()
