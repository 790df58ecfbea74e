import pytest
import torch

from srkit.losses.tv import TV


def test_the_formula():
    image = torch.zeros(1, 1, 3, 4)
    image[..., 1, 2] = 0.5  # two vertical steps of 8, two horizontal steps of 9
    assert float(TV()(image, image)) == pytest.approx(0.5 * (2 / 8 + 2 / 9))
    assert float(TV(distance="l2")(image, image)) == pytest.approx(0.25 * (2 / 8 + 2 / 9))
    assert float(TV()(torch.full((1, 3, 4, 4), 0.7), image)) == 0


def test_it_says_that_it_sees_sr_alone():
    assert TV.compares is False
    x = torch.rand(1, 1, 5, 5)
    assert torch.equal(TV()(x, torch.zeros_like(x)), TV()(x, torch.ones_like(x)))
