from functools import partial

import pytest
import torch

from srkit.degradations.anisotropic_gaussian import AnisotropicGaussian
from srkit.degradations.bicubic import Bicubic
from srkit.degradations.chain import Chain
from srkit.degradations.jpeg import Jpeg
from srkit.degradations.noise import Noise
from srkit.degradations.one_of import OneOf
from srkit.image.color import luma


def test_every_image_gets_one_whole_degradation(picture, seeded):
    high = picture(6, 3, 64, 48)
    low, drawn = OneOf(2, choices=[Bicubic, partial(Bicubic, edge="clamp")]).trace(high, seeded())
    assert set(drawn["choice"].tolist()) == {0, 1}
    made = [Bicubic(2)(high, seeded()), Bicubic(2, edge="clamp")(high, seeded())]
    assert not torch.equal(*made)
    for index, choice in enumerate(drawn["choice"].tolist()):
        assert torch.equal(low[index], made[choice][index])


def test_shares_say_how_often(picture, seeded):
    tiny = torch.zeros(4000, 1, 2, 2)
    choices = [Bicubic, Bicubic, Bicubic]
    drawn = OneOf(2, choices=choices, shares=[1, 0, 3]).trace(tiny, seeded())[1]["choice"]
    counts = torch.bincount(drawn, minlength=3) / 4000
    assert counts[1] == 0
    assert counts[0].item() == pytest.approx(0.25, abs=0.03)


def test_what_was_drawn_for_one_image_can_be_had_back(picture, seeded):
    blurred = OneOf(2, choices=[AnisotropicGaussian, Bicubic], shares=[1, 0])
    low, drawn = blurred.trace(picture(1), seeded())
    assert drawn["kernels"].shape == (1, 11, 11)
    assert low.shape[-2:] == (24, 20)
    mixed = OneOf(2, choices=[AnisotropicGaussian, Bicubic])
    assert set(mixed.trace(picture(8), seeded())[1]) == {"choice"}


def test_as_a_stage_it_keeps_the_size_and_leaves_rounding_to_the_chain(picture, seeded):
    faint = partial(Noise, sigma_range=[0.2, 0.2])
    stage = partial(OneOf, choices=[faint, faint])
    exact = Chain(2, stages=[Bicubic, stage], quantise=False)(picture(), seeded())
    assert exact.shape[-2:] == (24, 20)
    assert not torch.equal((exact * 255).round() / 255, exact)
    assert OneOf(2, choices=[Noise, Jpeg]).resizes is False


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"choices": [Bicubic]}, "choices must be two or more, got 1"),
        ({"choices": [Bicubic, Noise]}, "must all make the image smaller or all keep its size"),
        ({"choices": [Bicubic, Bicubic], "shares": [1.0]}, "one number for each of 2 choices"),
        ({"choices": [Bicubic, Bicubic], "shares": [1.0, -1.0]}, "none negative and not all 0"),
        ({"choices": [Bicubic, Bicubic], "shares": [0.0, 0.0]}, "none negative and not all 0"),
    ],
)
def test_what_cannot_be_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        OneOf(2, **options)


PER_CHANNEL = [
    (partial(AnisotropicGaussian, quantise=False), True),
    (partial(Bicubic, quantise=False), True),
    (partial(Chain, stages=[AnisotropicGaussian], quantise=False), True),
    (
        partial(OneOf, choices=[partial(Bicubic, quantise=False), partial(AnisotropicGaussian, quantise=False)]),
        True,
    ),
    (partial(Chain, stages=[AnisotropicGaussian, Noise], quantise=False), False),
    (partial(Chain, stages=[AnisotropicGaussian, Jpeg], quantise=False), False),
    (partial(OneOf, choices=[Bicubic, partial(Chain, stages=[Bicubic, Noise])]), False),
]


@pytest.mark.parametrize(("part", "per_channel"), PER_CHANNEL)
def test_what_treats_channels_alike_says_so_and_does(picture, seeded, part, per_channel):
    made, high = part(2), picture(4, 3, 64, 48)
    assert made.per_channel == per_channel
    apart = (luma(made(high, seeded())) - made(luma(high), seeded())).abs().max()
    assert (apart < 1e-5) == per_channel
