from functools import partial

import pytest
import torch

from srkit.degradations.anisotropic_gaussian import AnisotropicGaussian
from srkit.degradations.bicubic import Bicubic
from srkit.degradations.chain import Chain
from srkit.degradations.jpeg import Jpeg
from srkit.degradations.noise import Noise


def test_stages_run_in_order(picture, seeded):
    high = picture(2, 3, 64, 48)
    low, drawn = Chain(2, stages=[AnisotropicGaussian, Noise, Jpeg]).trace(high, seeded())
    assert low.shape == (2, 3, 32, 24)
    assert set(drawn) == {"kernels", "sigma", "quality"}

    generator = seeded()
    wanted = AnisotropicGaussian(2, quantise=False)(high, generator)
    wanted = Noise(2, quantise=False)(wanted, generator)
    assert torch.equal(low, Jpeg(2)(wanted, generator))


def test_one_stage_is_the_stage_alone(picture, seeded):
    high = picture()
    assert torch.equal(
        Chain(2, stages=[AnisotropicGaussian])(high, seeded()), AnisotropicGaussian(2)(high, seeded())
    )


def test_rounds_at_the_end_alone(picture, seeded):
    """Noise far below a grey level would be lost, were the blurred image rounded first."""
    faint = partial(Noise, sigma_range=[0.2, 0.2])
    high = torch.full((1, 1, 64, 64), 100.5 / 255)
    low = Chain(2, stages=[AnisotropicGaussian, faint])(high, seeded())
    assert set(low.mul(255).round().flatten().tolist()) >= {100.0, 101.0}
    exact = Chain(2, stages=[AnisotropicGaussian, faint], quantise=False)(high, seeded())
    assert not torch.equal((exact * 255).round() / 255, exact)


def test_noise_before_shrinking(picture, seeded):
    low = Chain(4, stages=[Noise, Bicubic])(picture(1, 1, 64, 64), seeded())
    assert low.shape == (1, 1, 16, 16)


def test_a_chain_may_be_a_stage(picture, seeded):
    inner = partial(Chain, stages=[AnisotropicGaussian, Noise])
    flat = Chain(2, stages=[AnisotropicGaussian, Noise, Jpeg])
    assert torch.equal(Chain(2, stages=[inner, Jpeg])(picture(), seeded()), flat(picture(), seeded()))


def test_a_name_drawn_twice_gets_the_number_of_its_stage(picture, seeded):
    _, drawn = Chain(2, stages=[Noise, Bicubic, Noise]).trace(picture(), seeded())
    assert set(drawn) == {"sigma", "sigma_3"}
    assert not torch.equal(drawn["sigma"], drawn["sigma_3"])


@pytest.mark.parametrize(("stages", "count"), [([], 0), ([Noise, Jpeg], 0), ([Bicubic, AnisotropicGaussian], 2)])
def test_exactly_one_stage_shrinks(stages, count):
    message = f"stages must have exactly one that makes the image smaller, got {count}"
    with pytest.raises(ValueError, match=message):
        Chain(2, stages=stages)
