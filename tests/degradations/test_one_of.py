from functools import partial

import pytest
import torch

from srkit.degradations.anisotropic_gaussian import AnisotropicGaussian
from srkit.degradations.bicubic import Bicubic
from srkit.degradations.chain import Chain
from srkit.degradations.one_of import OneOf
from srkit.stages.noise import Noise


def test_every_image_gets_one_whole_degradation(picture, draws):
    high = picture(6, 3, 64, 48)
    low, drawn = OneOf(2, choices=[Bicubic, partial(Bicubic, edge="clamp")]).trace(high, draws(6))
    assert set(drawn["choice"].tolist()) == {0, 1}
    made = [Bicubic(2)(high, draws(6)), Bicubic(2, edge="clamp")(high, draws(6))]
    assert not torch.equal(*made)
    for index, choice in enumerate(drawn["choice"].tolist()):
        assert torch.equal(low[index], made[choice][index])


def test_an_image_draws_what_it_would_draw_in_another_batch(picture, draws):
    part = OneOf(2, choices=[AnisotropicGaussian, partial(Chain, stages=[Noise]), Bicubic])
    high = picture(9)
    low, drawn = part.trace(high, draws(9))
    assert set(drawn["choice"].tolist()) == {0, 1, 2}
    for row in range(9):
        assert torch.equal(part(high[row : row + 1], draws(9)[row : row + 1]), low[row : row + 1])


def test_two_choices_of_one_part_draw_their_own(picture, draws):
    first, second = (
        OneOf(2, choices=[AnisotropicGaussian, AnisotropicGaussian], shares=shares).trace(picture(1), draws(1))[1]
        for shares in ([1, 0], [0, 1])
    )
    assert not torch.equal(first["kernels"], second["kernels"])


def test_what_was_drawn_for_one_image_can_be_had_back(picture, draws):
    blurred = OneOf(2, choices=[AnisotropicGaussian, Bicubic], shares=[1, 0])
    low, drawn = blurred.trace(picture(1), draws(1))
    assert drawn["kernels"].shape == (1, 11, 11)
    assert low.shape[-2:] == (24, 20)
    mixed = OneOf(2, choices=[AnisotropicGaussian, Bicubic])
    assert set(mixed.trace(picture(8), draws(8))[1]) == {"choice"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"choices": [Bicubic]}, "choices must be two or more, got 1"),
        ({"choices": [Bicubic, Bicubic], "shares": [1.0]}, "one number for each of 2 choices"),
    ],
)
def test_what_cannot_be_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        OneOf(2, **options)
