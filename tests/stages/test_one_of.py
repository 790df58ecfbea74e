import pytest
import torch

from srkit.stages.blur import Blur
from srkit.stages.noise import Noise
from srkit.stages.one_of import OneOf
from srkit.work import Work


def test_every_image_goes_through_one_stage_with_its_own_draws(draws):
    work = Work(tuple(torch.rand(30, 3, 12, 12).chunk(30)), (1, 1))
    after = OneOf(2, choices=[Noise, Blur, Noise], shares=[1, 2, 1])(work, draws(30))
    choice = after.drawn["choice"].tolist()
    assert set(choice) == {0, 1, 2}
    stages = [(Noise, "noise"), (Blur, "blur"), (Noise, "noise_2")]
    for row, number in enumerate(choice):
        stage, name = stages[number]
        alone = stage(2)(work.rows([row]), draws(30).child(name)[row : row + 1])
        assert torch.equal(after.images[row], alone.images[0])


def test_what_all_images_drew_is_kept(draws):
    work = Work(tuple(torch.rand(3, 3, 12, 12).chunk(3)), (1, 1))
    after = OneOf(2, choices=[Noise, Blur], shares=[1, 0])(work, draws(3))
    assert set(after.drawn) == {"choice", "sigma", "noise_kind"}


def test_one_choice_is_none():
    with pytest.raises(ValueError, match="choices must be two or more, got 1"):
        OneOf(2, choices=[Noise])
