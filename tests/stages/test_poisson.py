import numpy as np
import pytest
import torch
from scipy import stats

from srkit.degrading.photons import FEW, counted
from srkit.stages.poisson import Poisson
from srkit.work import Work


@pytest.mark.parametrize("mean", [0.0, 0.05, 0.7, 3.0, FEW, FEW + 0.01, 30.0, 400.0, 5000.0])
def test_counts_have_the_distribution_of_poisson(draws, mean):
    counts = counted(torch.full((100_000,), mean), draws(1)).numpy()
    assert (counts == counts.round()).all()
    assert counts.min() >= 0
    values = np.arange(0, int(mean + 8 * mean**0.5 + 10))
    measured = np.searchsorted(np.sort(counts), values, side="right") / len(counts)
    # the largest distance of n draws from their distribution is above 1.95 / sqrt(n) once in 1000
    assert np.abs(measured - stats.poisson.cdf(values, mean)).max() < 1.95 / len(counts) ** 0.5 + 0.001


def test_the_variance_is_the_light_over_the_photons(draws):
    light = torch.linspace(0.1, 1, 10)[:, None, None].expand(1, 10, 200, 200)[:, :3]
    work = Poisson(2, photons_range=[100.0, 100.0])(Work((light.contiguous(),), (8, 8)), draws(1))
    measured = (work.images[0] - light).var((0, 2, 3))
    torch.testing.assert_close(measured, light[0, :, 0, 0] / 100, rtol=0.03, atol=0)
    assert work.drawn["photons"].tolist() == pytest.approx([100])


def test_photons_are_drawn_evenly_on_a_logarithmic_scale(draws):
    images = (torch.rand(1, 1, 2, 2),) * 4000
    photons = Poisson(2, photons_range=[10.0, 1000.0])(Work(images, (8, 8)), draws(4000)).drawn["photons"]
    assert photons.log10().min() > 1
    assert stats.kstest((photons.log10().numpy() - 1) / 2, "uniform").pvalue > 0.001


def test_the_strength_multiplies_the_noise_and_not_its_counts(draws):
    light = torch.full((1, 1, 200, 200), 0.5)
    stage = Poisson(2, photons_range=[256, 256], strength_range=[3, 3])
    noise = stage(Work((light,), (8, 8)), draws(1)).images[0] - light
    assert noise.std().item() == pytest.approx(3 * (0.5 / 256) ** 0.5, rel=0.03)
    counts = (noise / 3 + light) * 256
    torch.testing.assert_close(counts, counts.round(), rtol=0, atol=1e-3)


def test_gray_noise_is_that_of_luma_in_all_channels(draws):
    image = torch.rand(1, 3, 16, 16)
    noise = Poisson(2, gray=1.0)(Work((image,), (8, 8)), draws(1)).images[0] - image
    torch.testing.assert_close(noise[:, 0], noise[:, 2], atol=1e-6, rtol=0)
    assert noise.std() > 0.001
    # a colour whose light would otherwise be 0.1
    blue = torch.tensor([0, 0, 1.0]).view(1, 3, 1, 1).expand(1, 3, 200, 200)
    blue_noise = Poisson(2, gray=1.0, photons_range=[100, 100])(Work((blue,), (8, 8)), draws(1)).images[0] - blue
    assert blue_noise.std().item() == pytest.approx((0.114 / 100) ** 0.5, rel=0.03)


def test_what_is_darker_than_black_gets_no_light(draws):
    after = Poisson(2)(Work((torch.full((1, 1, 4, 4), -0.1),), (8, 8)), draws(1)).images[0]
    assert torch.equal(after, torch.full((1, 1, 4, 4), -0.1))


def test_refuses_less_than_a_photon():
    with pytest.raises(ValueError, match=r"photons_range\.0: wants float from 1 to 1e\+12, got 0\.5"):
        Poisson(2, photons_range=[0.5, 2])
