"""The contracts of discriminators, GAN losses and regimes refuse parts that would train or resume wrongly."""

import re
from types import SimpleNamespace

import pytest
import torch
from torch import nn

import srkit
from srkit.plugins import load_catalog
from srkit.regimes.supervised import Supervised
from srkit.registry import Part
from srkit.testing import check_part


def refused(why, factory):
    factory.__doc__ = "A part of a test."
    catalog, part = load_catalog([]), Part.of(factory, "a test")
    catalog.add([part])
    with pytest.raises(AssertionError, match=re.escape(why)):
        check_part(part, catalog)


class Windows(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, 1, 3)

    def forward(self, crops):
        return self.conv(crops)


def test_a_discriminator_scores_every_crop():
    class Mean(Windows):
        def forward(self, crops):
            return self.conv(crops).mean()

    @srkit.discriminator("mean")
    def mean(channels: int, patch: int):
        return Mean(channels)

    refused("wants scores (N,...) of (N,C,H,W), gave a single one", mean)


def test_a_discriminator_shows_its_crops_the_way():
    class Detached(Windows):
        def forward(self, crops):
            return self.conv(crops.detach())

    @srkit.discriminator("detached")
    def detached(channels: int, patch: int):
        return Detached(channels)

    refused("its scores have no gradient for the crops, which SR needs", detached)


def test_a_discriminator_keeps_nothing_outside_of_its_state():
    class Counting(Windows):
        def __init__(self, channels):
            super().__init__(channels)
            self.calls = 0

        def forward(self, crops):
            self.calls += self.training
            return self.conv(crops) + self.calls

    @srkit.discriminator("counting")
    def counting(channels: int, patch: int):
        return Counting(channels)

    refused("its state_dict does not say all about it: once restored, it gives other scores", counting)


def game(**members):
    usual = {
        "chance": 0.0,
        "discriminator": lambda real, fake: fake.tanh().mean() - real.tanh().mean(),
        "generator": lambda real, fake: -fake.tanh().mean(),
    }
    return SimpleNamespace(**{**usual, **members})


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({}, None),
        ({"chance": 1.0}, "wants as chance the least loss of equal scores, which is 0, gave 1"),
        ({"discriminator": lambda real, fake: (real - fake).mean()}, "must fall with higher scores of HR"),
        ({"generator": lambda real, fake: fake.tanh().mean()}, "loss must fall with higher scores of SR"),
        ({"generator": lambda real, fake: -fake}, "wants a scalar as the generator's loss"),
        ({"generator": lambda real, fake: -fake.mean() * torch.rand(())}, "a GAN loss depends on the scores alone"),
    ],
)
def test_a_gan_loss_leads_both_sides_apart(members, why):
    @srkit.gan_loss("game")
    def part():
        return game(**members)

    if why:
        refused(why, part)
    else:
        part.__doc__ = "A part of a test."
        catalog, right = load_catalog([]), Part.of(part, "a test")
        catalog.add([right])
        check_part(right, catalog)


def test_a_regime_takes_the_batches_that_it_says():
    @srkit.regime("greedy")
    class Greedy(Supervised):
        batches = 2

    refused("must take the batches 0 to 11 in order in 6 steps, took [0, 1, 2, 3, 4, 5]", Greedy)


def test_a_regime_that_goes_well_does_not_say_that_it_fails():
    @srkit.regime("gloomy")
    class Gloomy(Supervised):
        failure = "all is lost"

    refused("says of 6 steps that go well that they fail: all is lost", Gloomy)
