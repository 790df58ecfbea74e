import pytest
import torch

from srkit.stages.maybe import Maybe
from srkit.stages.noise import Noise
from srkit.work import Work


def test_images_go_through_as_often_as_asked_and_others_stay(draws):
    work = Work(tuple(torch.rand(400, 1, 2, 2).chunk(400)), (1, 1))
    after = Maybe(2, stage=Noise, probability=0.25)(work, draws(400))
    same = [torch.equal(*pair) for pair in zip(after.images, work.images, strict=True)]
    assert after.drawn["done"].tolist() == [not one for one in same]
    assert 70 < 400 - sum(same) < 130


def test_what_the_stage_does_to_an_image_is_what_it_does_to_a_batch(draws):
    work = Work(tuple(torch.rand(20, 1, 4, 4).chunk(20)), (1, 1))
    after = Maybe(2, stage=Noise)(work, draws(20))
    always = Maybe(2, stage=Noise, probability=1.0)(work, draws(20))
    assert always.drawn["sigma"].shape == (20,)
    for row in after.drawn["done"].nonzero()[:, 0].tolist():
        assert torch.equal(after.images[row], always.images[row])


def test_what_not_all_images_drew_is_left_out(draws):
    work = Work(tuple(torch.rand(20, 1, 4, 4).chunk(20)), (1, 1))
    assert set(Maybe(2, stage=Noise)(work, draws(20)).drawn) == {"done"}


def test_refuses_what_is_no_probability():
    with pytest.raises(ValueError, match=r"^probability: wants float from 0 to 1, got 1\.5$"):
        Maybe(2, stage=Noise, probability=1.5)
