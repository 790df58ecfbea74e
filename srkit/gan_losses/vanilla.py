"""Binary cross-entropy."""

from __future__ import annotations

import math

from torch import Tensor
from torch.nn import functional as F

import srkit


@srkit.gan_loss("vanilla")
class Vanilla:
    """Binary cross-entropy; the generator maximises log D(SR) (Goodfellow et al. 2014, SRGAN).

    A score is the logit of the probability that the crop is HR.
    """

    chance = math.log(2)
    compares = False

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return -(log D(HR) + log(1 - D(SR))) / 2, its mean over all scores."""
        return (F.softplus(-real).mean() + F.softplus(fake).mean()) / 2

    def generator(self, _real: Tensor | None, fake: Tensor) -> Tensor:
        """Return -log D(SR), which has a gradient also where the discriminator is sure."""
        return F.softplus(-fake).mean()
