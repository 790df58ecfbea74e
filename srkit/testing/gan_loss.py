"""The contract of GAN losses."""

from __future__ import annotations

import torch
from torch import Tensor

from srkit.parts.gan_loss import COMPARES, GanLossFn
from srkit.registry import Part
from srkit.testing.making import Make, steady, tensor

SHAPES = ((4, 1), (2, 1, 3, 5))
CONSTANTS = (0.0, 0.5, -0.5, 1.0, -1.0)
"""Scores of a discriminator that guesses."""

CLOSE = 1e-5
INSTEAD = "a GAN loss depends on the scores alone"


def gan_loss(part: Part, make: Make) -> None:
    """Check that both losses are scalars, that their gradients lead apart, and that ``chance`` is right."""
    game: GanLossFn = make()
    guessing = {one: float(game.discriminator(*2 * (torch.full((4, 1), one),))) for one in CONSTANTS}
    best = min(guessing, key=lambda one: guessing[one])
    least = guessing[best]
    assert abs(least - game.chance) <= CLOSE * max(1.0, abs(least)), (
        f"{part}: wants as chance the least loss of equal scores, which is {least:.6g}, gave {game.chance:.6g}"
    )
    for shape in SHAPES:
        real, fake = (best + 0.01 * torch.randn(shape) for _ in range(2))
        _discriminator(part, game, real, fake)
        _generator(part, game, real, fake)


def _discriminator(part: Part, game: GanLossFn, real: Tensor, fake: Tensor) -> None:
    real, fake = (one.clone().requires_grad_() for one in (real, fake))
    value = steady(part, game.discriminator, real, fake, instead=INSTEAD)
    tensor(part, value, (), "a scalar as the discriminator's loss")
    up, down = torch.autograd.grad(value, (real, fake))
    right = bool(up.sum() < 0 < down.sum())
    assert right, f"{part}: the discriminator's loss must fall with higher scores of HR and with lower ones of SR"


def _generator(part: Part, game: GanLossFn, real: Tensor, fake: Tensor) -> None:
    fake = fake.clone().requires_grad_()
    compared = real if COMPARES.of(game) else None
    value = steady(part, lambda scores: game.generator(compared, scores), fake, instead=INSTEAD)
    tensor(part, value, (), "a scalar as the generator's loss")
    (gradient,) = torch.autograd.grad(value, fake)
    assert bool(gradient.sum() < 0), f"{part}: the generator's loss must fall with higher scores of SR"
