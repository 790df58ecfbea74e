"""Whether HR looks more like HR than SR does, on average."""

from __future__ import annotations

import math

from torch import Tensor
from torch.nn import functional as F

import srkit


@srkit.gan_loss("relativistic")
class Relativistic:
    """Binary cross-entropy of scores relative to the mean score of the other side (ESRGAN, equations 1 and 2).

    A mean is that of all scores of the batch, also where a crop has one for every pixel or window.
    """

    chance = math.log(2)
    compares = True

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return the mean of -log s(D(HR) - E D(SR)) and of -log(1 - s(D(SR) - E D(HR))), with s the sigmoid."""
        return _apart(real, fake)

    def generator(self, real: Tensor | None, fake: Tensor) -> Tensor:
        """Return the same with HR and SR exchanged."""
        assert real is not None  # it compares
        return _apart(fake, real)


def _apart(higher: Tensor, lower: Tensor) -> Tensor:
    """Return a loss that is small where one side's scores exceed the mean of the other's, and these lie below."""
    above, below = higher - lower.mean(), lower - higher.mean()
    return (F.softplus(-above).mean() + F.softplus(below).mean()) / 2
