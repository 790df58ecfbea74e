"""A loss of adversarial training for srkit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

import srkit


@srkit.gan_loss("starter")
class Starter:
    """The difference of the scores, whose size a hyperbolic tangent limits."""

    chance = 0.0
    """The least loss of a discriminator that gives every crop the same score."""
    compares = False
    """The loss of the model does not look at the scores of HR."""

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return what the discriminator minimises, of the scores of HR and SR."""
        return fake.tanh().mean() - real.tanh().mean()

    def generator(self, real: Tensor | None, fake: Tensor) -> Tensor:  # noqa: ARG002
        """Return what the model minimises."""
        return -fake.tanh().mean()


@srkit.hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the parts of this package to srkit."""
    return [Starter]
