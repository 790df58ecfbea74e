import numpy as np
import pytest
import torch

from srkit.degrading.grain import roots
from srkit.stages.noise import Noise
from srkit.work import Work


def noise_of(images, draws, **options):
    """The noise that is added to images, and the drawn values."""
    work = Noise(2, **options)(Work(tuple(images), (8, 8)), draws(len(images)))
    return [after - image for after, image in zip(work.images, images, strict=True)], work.drawn


def test_sigma_is_in_grey_levels_and_drawn_per_image(draws):
    noise, drawn = noise_of([torch.full((1, 1, 200, 200), 0.5)] * 6, draws, sigma_range=[2.0, 30.0])
    measured = torch.stack([one.std() * 255 for one in noise])
    torch.testing.assert_close(measured.double(), drawn["sigma"], rtol=0.02, atol=0)
    assert len(set(drawn["sigma"].tolist())) == 6
    assert drawn["sigma"].min() >= 2
    assert drawn["sigma"].max() <= 30


def test_gray_is_a_share_of_the_images(draws):
    noise, _ = noise_of([torch.full((1, 3, 8, 8), 0.5)] * 200, draws, sigma_range=[9.0, 9.0], gray=0.25)
    gray = [torch.equal(one[:, 0], one[:, 1]) for one in noise]
    assert 30 < sum(gray) < 70


def test_no_noise_at_sigma_zero(picture, draws):
    noise, _ = noise_of([picture(1)], draws, sigma_range=[0.0, 0.0])
    assert not noise[0].any()


def test_it_neither_rounds_nor_clips(draws):
    noise, _ = noise_of([torch.ones(1, 1, 64, 64)], draws, sigma_range=[3.0, 3.0])
    assert noise[0].max() > 0
    assert len(noise[0].unique()) > 4000


def test_images_of_other_sizes_beside_it_change_nothing(picture, draws):
    first = picture(1)
    alone, beside = (noise_of(images, draws)[0][0] for images in ([first], [first, torch.rand(1, 3, 5, 9)]))
    assert torch.equal(alone, beside)


def test_refuses_negative_sigma():
    with pytest.raises(ValueError, match=r"sigma_range\.0: wants float from 0 to 255, got -1\.0"):
        Noise(2, sigma_range=[-1.0, 2.0])


def test_the_channels_may_be_correlated(draws):
    """The covariance of BSRGAN: |U' D U| with D of numbers from [0,1) and U a basis, times the largest variance."""
    flat = [torch.full((1, 3, 150, 150), 0.5)] * 12
    noise, drawn = noise_of(flat, draws, sigma_range=[2.0, 25.0], correlated=1.0)
    assert set(drawn["noise_kind"].tolist()) == {2}
    factors = roots(draws(12).child("covariance").uniform(12).numpy())
    for one, factor in zip(noise, factors, strict=True):
        covariance = torch.cov(one[0].flatten(1)).numpy() * 255**2 / 25**2
        np.testing.assert_allclose(covariance, factor @ factor.T, atol=0.03)
        assert (covariance > -0.01).all()


def test_the_shares_of_the_kinds(draws):
    _, drawn = noise_of([torch.zeros(1, 1, 2, 2)] * 2000, draws, gray=0.4, correlated=0.2)
    shares = drawn["noise_kind"].bincount() / 2000
    np.testing.assert_allclose(shares, [0.4, 0.4, 0.2], atol=0.05)
    with pytest.raises(ValueError, match=r"gray and correlated must be at most 1 together, got 0.7 and 0.6"):
        Noise(2, gray=0.7, correlated=0.6)
