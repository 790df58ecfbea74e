"""What the stages draw, over 10,000 images, against an obvious sampler of the published distributions in numpy.

The seeds are fixed. A Kolmogorov-Smirnov test of the right distribution gives a smaller p than 0.001 once in 1000.
"""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from srkit.degrading.shapes import SHAPES
from srkit.draws import Draws
from srkit.stages.blur import Blur
from srkit.stages.clip import Clip
from srkit.stages.jpeg import Jpeg
from srkit.stages.noise import Noise
from srkit.stages.one_of import OneOf
from srkit.stages.poisson import Poisson
from srkit.stages.resize import Resize
from srkit.stages.shuffle import Shuffle
from srkit.stages.sinc import Sinc
from srkit.work import Work

COUNT = 10_000
SHARES = {
    "iso": 0.45,
    "aniso": 0.25,
    "generalised_iso": 0.12,
    "generalised_aniso": 0.03,
    "plateau_iso": 0.12,
    "plateau_aniso": 0.03,
}


def drawn(stage, draws):
    return stage(Work((torch.zeros(1, 1, 2, 2),) * COUNT, (1, 1)), draws(COUNT)).drawn


def same_distribution(found, wanted):
    assert stats.ks_2samp(np.asarray(found), wanted).pvalue > 0.001


def as_often(found, shares):
    counts = np.bincount(np.asarray(found), minlength=len(shares))
    assert stats.chisquare(counts, np.array(shares) / np.sum(shares) * len(found)).pvalue > 0.001


@pytest.fixture
def rng():
    return np.random.default_rng(1)


@pytest.fixture(scope="module", autouse=True)
def _kernels_alone():
    """Leave out the correlation itself, which takes most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("blur", "sinc"):
            patch.setattr(f"srkit.stages.{module}.correlated", lambda images, _kernels: list(images))
        yield


@pytest.fixture(scope="module")
def blurred():
    stage = Blur(4, shapes=SHARES, sigma_range=[0.2, 3], generalised_range=[0.5, 4], plateau_range=[1, 2])
    return drawn(stage, lambda count: Draws.numbered(range(count), "statistics", 0))


def test_shapes_and_sides_of_kernels(blurred):
    as_often(blurred["shape"], list(SHARES.values()))
    as_often((blurred["side"] - 7) // 2, [1] * 8)  # 7, 9, ..., 21
    wide = blurred["side"] == 21
    assert (blurred["kernels"][~wide][:, 0].abs().amax() == 0).item()
    torch.testing.assert_close(blurred["kernels"].sum((1, 2)), torch.ones(COUNT).double())


def test_deviations_of_kernels(blurred, rng):
    round_ = np.array([not SHAPES[shape].endswith("aniso") for shape in blurred["shape"].tolist()])
    first, second = blurred["deviations"].numpy().T
    same_distribution(first, rng.uniform(0.2, 3, COUNT))
    same_distribution(second[~round_], rng.uniform(0.2, 3, COUNT))
    assert (first == second)[round_].all()
    assert abs(stats.pearsonr(first[~round_], second[~round_]).statistic) < 0.06
    same_distribution(blurred["angle"] % math.pi, rng.uniform(-math.pi, math.pi, COUNT) % math.pi)


@pytest.mark.parametrize(("fall", "low", "high"), [("generalised", 0.5, 4), ("plateau", 1, 2)])
def test_exponents_of_kernels(blurred, fall, low, high, rng):
    some = np.array([SHAPES[shape].startswith(fall) for shape in blurred["shape"].tolist()])
    wanted = np.where(rng.random(COUNT) < 0.5, rng.uniform(low, 1, COUNT), rng.uniform(1, high, COUNT))
    same_distribution(blurred["beta"][some], wanted)
    assert (blurred["beta"][~some] <= 4).all()


def test_variances_as_bsrgan_draws_them(draws, rng):
    found = drawn(
        Blur(4, unit="variance", sigma_range=[0.01, 8**0.5], shapes={"aniso": 1}, size_range=[3, 3]), draws
    )
    same_distribution(found["deviations"][:, 1] ** 2, rng.uniform(0, 8, COUNT))


def test_factors_and_modes_of_resizing(draws, rng):
    found = drawn(Resize(4, factor_range=[0.15, 1.5], shares=[0.2, 0.7, 0.1], antialias=0.25), draws)
    way = rng.choice(3, COUNT, p=[0.2, 0.7, 0.1])
    wanted = np.choose(way, [rng.uniform(1, 1.5, COUNT), rng.uniform(0.15, 1, COUNT), np.ones(COUNT)])
    same_distribution(found["factor"], wanted)
    as_often(found["mode"], [1, 1, 1])
    as_often(found["antialias"].long(), [0.75, 0.25])


def test_levels_and_kinds_of_noise(draws, rng):
    found = drawn(Noise(4, sigma_range=[2, 25], gray=0.4, correlated=0.2), draws)
    same_distribution(found["sigma"], rng.uniform(2, 25, COUNT))
    as_often(found["noise_kind"], [0.4, 0.4, 0.2])


def test_photons_and_strength_of_shot_noise(draws, rng):
    found = drawn(Poisson(4, photons_range=[100, 10_000], strength_range=[0.05, 3], gray=0.4), draws)
    same_distribution(found["photons"], 10 ** (2 * rng.random(COUNT) + 2))
    same_distribution(found["strength"], rng.uniform(0.05, 3, COUNT))
    as_often(found["gray"].long(), [0.6, 0.4])


def test_noise_of_a_pixel_is_that_of_numpy(draws, rng):
    """10,000 pixels of an image: Gauss at one level, and scaled Poisson as Real-ESRGAN's."""
    gray = Work((torch.full((1, 1, 100, 100), 0.3),), (50, 50))
    gauss = Noise(4, sigma_range=[20, 20])(gray, draws(1)).images[0]
    same_distribution(gauss.flatten(), 0.3 + rng.normal(0, 20 / 255, COUNT))
    shot = Poisson(4, photons_range=[256, 256], strength_range=[2, 2])(gray, draws(1)).images[0]
    counts = ((shot.flatten().numpy() - 0.3) / 2 + 0.3) * 256
    assert np.abs(counts - counts.round()).max() < 1e-3
    # counts are whole, so a little noise makes both continuous, as the test wants them
    jitter = rng.random((2, COUNT))
    same_distribution(counts.round() + jitter[0], rng.poisson(0.3 * 256, COUNT) + jitter[1])


def test_qualities_of_jpeg(draws):
    quality = drawn(Jpeg(4, quality_range=[30, 95]), draws)["quality"]
    as_often(quality - 30, [1] * 66)


def test_cutoffs_of_sinc_and_the_choice_of_it(draws, rng):
    found = drawn(Sinc(4, cutoff_range=[math.pi / 3, math.pi], size_range=[3, 3]), draws)
    same_distribution(found["cutoff"], rng.uniform(math.pi / 3, math.pi, COUNT))
    choice = drawn(OneOf(4, choices=[Clip] * 3, shares=[0.9, 0.0375, 0.0625]), draws)["choice"]
    as_often(choice, [0.9, 0.0375, 0.0625])


def test_orders_of_bsrgan(draws):
    order = drawn(Shuffle(4, stages=[Clip] * 11, probability=0.1), draws)["order"]
    kept = (order == torch.arange(11)).all(1)
    as_often(kept.long(), [0.1, 0.9])
    # any step may come at any place
    for place in (0, 10):
        as_often(order[~kept][:, place], [1] * 11)
