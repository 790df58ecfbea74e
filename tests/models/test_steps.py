import pytest
import torch
from torch import nn

from srkit.layers.factors import factors_of
from srkit.models.steps import UpsamplerSteps
from srkit.network.needs import Needs
from srkit.upsamplers.subpixel import Subpixel


@pytest.mark.parametrize("scale", [2, 3, 4, 8])
def test_features_become_scale_times_larger(scale):
    steps = UpsamplerSteps(Subpixel, 4, scale, nn.PReLU)
    assert steps(torch.rand(1, 4, 3, 5)).shape == (1, 4, 3 * scale, 5 * scale)
    assert sum(isinstance(layer, nn.PReLU) for layer in steps.steps) == len(factors_of(scale))


def test_every_upsampler_counts_and_no_activation():
    assert UpsamplerSteps(Subpixel, 4, 8).needs == UpsamplerSteps(Subpixel, 4, 8, nn.PReLU).needs == Needs(2)
    silent = UpsamplerSteps(lambda _channels, _out, scale: nn.Upsample(scale_factor=scale), 4, 4)
    assert silent.needs == Needs()
