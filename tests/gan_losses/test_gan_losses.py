"""GAN losses against the formulas of their papers."""

import pytest
import torch
from torch.nn import functional as F

from srkit.gan_losses.hinge import Hinge
from srkit.gan_losses.lsgan import LSGAN
from srkit.gan_losses.relativistic import Relativistic
from srkit.gan_losses.vanilla import Vanilla


def entropy(scores, target):
    return F.binary_cross_entropy_with_logits(scores, torch.full_like(scores, target))


@pytest.fixture(params=[(8, 1), (3, 1, 4, 5)], ids=["one score", "a map"])
def scores(request):
    generator = torch.Generator().manual_seed(0)
    return [2 * torch.randn(request.param, generator=generator) for _ in range(2)]


def test_vanilla(scores):
    real, fake = scores
    assert Vanilla().discriminator(real, fake) == pytest.approx(float(entropy(real, 1) + entropy(fake, 0)) / 2)
    assert Vanilla().generator(None, fake) == pytest.approx(float(entropy(fake, 1)))


def test_lsgan(scores):
    real, fake = scores
    wanted = (F.mse_loss(real, torch.ones_like(real)) + F.mse_loss(fake, torch.zeros_like(fake))) / 2
    assert LSGAN().discriminator(real, fake) == pytest.approx(float(wanted))
    assert LSGAN().generator(None, fake) == pytest.approx(float(F.mse_loss(fake, torch.ones_like(fake))))


def test_hinge(scores):
    real, fake = scores
    wanted = (torch.clamp(1 - real, min=0).mean() + torch.clamp(1 + fake, min=0).mean()) / 2
    assert Hinge().discriminator(real, fake) == pytest.approx(float(wanted))
    assert Hinge().discriminator(torch.full((2, 1), 1.5), torch.full((2, 1), -1.5)) == 0
    assert Hinge().generator(None, fake) == pytest.approx(-float(fake.mean()))


def test_relativistic(scores):
    real, fake = scores
    wanted = (entropy(real - fake.mean(), 1) + entropy(fake - real.mean(), 0)) / 2
    assert Relativistic().discriminator(real, fake) == pytest.approx(float(wanted))
    wanted = (entropy(real - fake.mean(), 0) + entropy(fake - real.mean(), 1)) / 2
    assert Relativistic().generator(real, fake) == pytest.approx(float(wanted))
    # a constant that is added to all scores changes nothing
    assert Relativistic().generator(real + 3, fake + 3) == pytest.approx(float(wanted), rel=1e-5)
