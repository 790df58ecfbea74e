"""Absolute differences of probabilities."""

from __future__ import annotations

from torch import Tensor

import srkit


@srkit.gan_loss("absolute")
class Absolute:
    """Absolute differences: the probability of HR is to be 1, and that of SR 0, or 1 for the generator.

    A score is the logit of the probability that a window is HR. KernelGAN minimises this: LSGAN with the absolute
    value in the place of the square.
    """

    chance = 0.5
    compares = False

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return (1 - p(HR) + p(SR)) / 2, its mean over all scores."""
        return ((-real).sigmoid().mean() + fake.sigmoid().mean()) / 2

    def generator(self, _real: Tensor | None, fake: Tensor) -> Tensor:
        """Return 1 - p(SR)."""
        return (-fake).sigmoid().mean()
