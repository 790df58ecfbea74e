import pytest
import torch

from srkit.degradations.anisotropic_gaussian import AnisotropicGaussian
from srkit.degradations.bicubic import Bicubic
from srkit.degradations.chain import Chain
from srkit.degradations.jpeg import Jpeg
from srkit.degradations.noise import Noise


def seeded():
    return torch.Generator().manual_seed(3)


def test_stages_follow_one_another_and_are_rounded_once():
    high = torch.rand(2, 3, 32, 32)
    chain = Chain(
        2, stages=[AnisotropicGaussian, lambda scale: Noise(scale, sigma_range=[5.0, 5.0])], quantise=False
    )
    low, drawn = chain.trace(high, seeded())
    generator = seeded()
    blurred = AnisotropicGaussian(2, quantise=False)(high, generator)
    torch.testing.assert_close(low, Noise(2, sigma_range=[5.0, 5.0], quantise=False)(blurred, generator))
    assert drawn["kernels"].shape == (2, 11, 11)
    assert drawn["sigma"].tolist() == [5, 5]
    levels = Chain(2, stages=[Bicubic, Noise])(high, seeded()) * 255
    torch.testing.assert_close(levels, levels.round())


@pytest.mark.parametrize("stages", [[Noise], [Bicubic, Bicubic], [Jpeg, Noise]])
def test_exactly_one_stage_shrinks(stages):
    with pytest.raises(ValueError, match="exactly one that makes the image smaller, got"):
        Chain(2, stages=stages)
