"""The hinge loss."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

import srkit


@srkit.gan_loss("hinge")
class Hinge:
    """HR is to score above 1 and SR below -1; the generator raises the scores of SR (Miyato et al. 2018)."""

    chance = 1.0
    compares = False

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return (max(0, 1 - D(HR)) + max(0, 1 + D(SR))) / 2, its mean over all scores."""
        return (F.relu(1 - real).mean() + F.relu(1 + fake).mean()) / 2

    def generator(self, _real: Tensor | None, fake: Tensor) -> Tensor:
        """Return -D(SR)."""
        return -fake.mean()
