import pytest
import torch
from torch.nn import functional as F

from srkit.stages.resize import Resize
from srkit.work import Work


def test_every_image_gets_its_own_factor_and_mode(draws):
    images = tuple(torch.rand(12, 3, 40, 30).chunk(12))
    work = Resize(2, factor_range=[0.5, 1.5], shares=[1, 1, 0])(Work(images, (20, 15)), draws(12))
    modes = ["area", "bilinear", "bicubic"]
    for image, factor, mode, after in zip(
        images, work.drawn["factor"].tolist(), work.drawn["mode"].tolist(), work.images, strict=True
    ):
        corners = None if mode == 0 else False
        wanted = F.interpolate(
            image, [round(40 * factor), round(30 * factor)], mode=modes[mode], align_corners=corners
        )
        # torch's own weights are that far from those in float64
        torch.testing.assert_close(after, wanted, rtol=0, atol=1e-5)
    assert set(work.drawn["mode"].tolist()) == {0, 1, 2}
    assert len({image.shape for image in work.images}) > 6


def test_shares_are_of_enlarging_shrinking_and_neither(draws):
    images = (torch.rand(1, 1, 20, 20),) * 2000
    factor = Resize(2, shares=[0.2, 0.7, 0.1])(Work(images, (10, 10)), draws(2000)).drawn["factor"]
    assert (factor > 1).double().mean().item() == pytest.approx(0.2, abs=0.04)
    assert (factor == 1).double().mean().item() == pytest.approx(0.1, abs=0.03)
    assert 0.15 <= factor.min() < 0.2
    assert 1.4 < factor.max() <= 1.5


def test_a_share_of_the_images_is_antialiased(draws):
    images = (torch.rand(1, 1, 24, 24),) * 60
    options = {"factor_range": [0.3, 0.3], "shares": [0, 1, 0], "modes": ["bilinear", "area"], "antialias": 0.4}
    work = Resize(2, **options)(Work(images, (10, 10)), draws(60))
    smooth = work.drawn["antialias"]
    assert 12 < smooth.sum() < 36
    for after, antialias, mode in zip(work.images, smooth.tolist(), work.drawn["mode"].tolist(), strict=True):
        if mode == 0:
            wanted = F.interpolate(images[0], (7, 7), mode="bilinear", align_corners=False, antialias=antialias)
            torch.testing.assert_close(after, wanted, rtol=0, atol=1e-5)


def test_a_range_without_1_holds_for_both_ways(draws):
    images = (torch.rand(1, 1, 20, 20),) * 100
    stage = Resize(2, factor_range=[0.2, 0.5], shares=[1, 1, 0])
    factor = stage(Work(images, (10, 10)), draws(100)).drawn["factor"]
    assert 0.2 <= factor.min() < factor.max() <= 0.5


def test_the_factor_may_be_of_lr(draws):
    images = (torch.rand(1, 3, 64, 48), torch.rand(1, 3, 9, 200))
    work = Resize(4, of="low", factor_range=[1, 1])(Work(images, (16, 12)), draws(2))
    assert [image.shape[-2:] for image in work.images] == [(16, 12)] * 2


def test_nothing_is_left_of_no_image(draws):
    stage = Resize(4, factor_range=[0.01, 0.01], shares=[0, 1, 0])
    work = stage(Work((torch.rand(1, 1, 2, 64),), (1, 1)), draws(1))
    assert work.images[0].shape == (1, 1, 2, 4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"factor_range": [0.0, 1.0]}, "factor_range.0: wants float above 0, got 0.0"),
        ({"shares": [1.0]}, "shares must be one number for each of 3 ways: enlarging, shrinking, neither"),
        ({"modes": []}, "modes must be one or more, got none"),
    ],
)
def test_refusals(options, message):
    with pytest.raises(ValueError, match=message):
        Resize(2, **options)
