import pytest
import torch
from torch import nn

from srkit.models.steps import UpsamplerSteps, factors_of
from srkit.network.needs import Needs
from srkit.upsamplers.subpixel import Subpixel


def test_powers_of_two_are_reached_by_twos():
    assert [factors_of(scale) for scale in (2, 3, 4, 5, 6, 8)] == [[2], [3], [2, 2], [5], [6], [2, 2, 2]]
    with pytest.raises(ValueError, match=r"^scale must be 2 or more, got 1$"):
        factors_of(1)


@pytest.mark.parametrize("scale", [2, 3, 4, 8])
def test_features_become_scale_times_larger(scale):
    steps = UpsamplerSteps(Subpixel, 4, scale, nn.PReLU)
    assert steps(torch.rand(1, 4, 3, 5)).shape == (1, 4, 3 * scale, 5 * scale)
    assert sum(isinstance(layer, nn.PReLU) for layer in steps.steps) == len(factors_of(scale))


def test_every_upsampler_counts_and_no_activation():
    assert UpsamplerSteps(Subpixel, 4, 8).needs == UpsamplerSteps(Subpixel, 4, 8, nn.PReLU).needs == Needs(2)
    silent = UpsamplerSteps(lambda _channels, _out, scale: nn.Upsample(scale_factor=scale), 4, 4)
    assert silent.needs == Needs()
