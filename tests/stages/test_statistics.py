"""What the stages draw, over 10,000 images, against an obvious sampler of the published distributions in numpy.

The seeds are fixed. A Kolmogorov-Smirnov test of the right distribution gives a smaller p than 0.001 once in 1000.
"""

import math

import numpy as np
import pytest
import torch
from scipy import stats

from srkit.degrading.shapes import SHAPES
from srkit.plugins import load_catalog
from srkit.stages.blur import Blur
from srkit.stages.jpeg import Jpeg
from srkit.stages.noise import Noise
from srkit.stages.one_of import OneOf
from srkit.stages.poisson import Poisson
from srkit.stages.resize import Resize
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
RNG = np.random.default_rng(1)


def drawn(stage, draws, image=None):
    images = (torch.zeros(1, 1, 2, 2) if image is None else image,) * COUNT
    return stage(Work(images, (1, 1)), draws(COUNT)).drawn


def same_distribution(found, wanted):
    assert stats.ks_2samp(np.asarray(found), wanted).pvalue > 0.001


def as_often(found, shares):
    counts = np.bincount(np.asarray(found), minlength=len(shares))
    assert stats.chisquare(counts, np.array(shares) / np.sum(shares) * len(found)).pvalue > 0.001


@pytest.fixture(scope="module")
def blurred():
    from srkit.draws import Draws

    stage = Blur(4, shapes=SHARES, sigma_range=[0.2, 3], generalised_range=[0.5, 4], plateau_range=[1, 2])
    return drawn(stage, lambda count: Draws.numbered(range(count), "statistics", 0))


def test_shapes_and_sides_of_kernels(blurred):
    as_often(blurred["shape"], list(SHARES.values()))
    as_often((blurred["side"] - 7) // 2, [1] * 8)  # 7, 9, ..., 21
    wide = blurred["side"] == 21
    assert (blurred["kernels"][~wide][:, 0].abs().amax() == 0).item()
    torch.testing.assert_close(blurred["kernels"].sum((1, 2)), torch.ones(COUNT).double())


def test_deviations_of_kernels(blurred):
    round_ = np.array([not SHAPES[shape].endswith("aniso") for shape in blurred["shape"].tolist()])
    first, second = blurred["deviations"].numpy().T
    same_distribution(first, RNG.uniform(0.2, 3, COUNT))
    same_distribution(second[~round_], RNG.uniform(0.2, 3, COUNT))
    assert (first == second)[round_].all()
    assert abs(stats.pearsonr(first[~round_], second[~round_]).statistic) < 0.06
    same_distribution(blurred["angle"] % math.pi, RNG.uniform(-math.pi, math.pi, COUNT) % math.pi)


@pytest.mark.parametrize(("fall", "low", "high"), [("generalised", 0.5, 4), ("plateau", 1, 2)])
def test_exponents_of_kernels(blurred, fall, low, high):
    some = np.array([SHAPES[shape].startswith(fall) for shape in blurred["shape"].tolist()])
    wanted = np.where(RNG.random(COUNT) < 0.5, RNG.uniform(low, 1, COUNT), RNG.uniform(1, high, COUNT))
    same_distribution(blurred["beta"][some], wanted)
    assert (blurred["beta"][~some] <= 4).all()


def test_variances_as_bsrgan_draws_them(draws):
    found = drawn(Blur(4, unit="variance", sigma_range=[0.01, 8**0.5], shapes={"aniso": 1}), draws)
    same_distribution(found["deviations"][:, 1] ** 2, RNG.uniform(0, 8, COUNT))


def test_factors_and_modes_of_resizing(draws):
    found = drawn(Resize(4, factor_range=[0.15, 1.5], shares=[0.2, 0.7, 0.1], antialias=0.25), draws)
    way = RNG.choice(3, COUNT, p=[0.2, 0.7, 0.1])
    wanted = np.choose(way, [RNG.uniform(1, 1.5, COUNT), RNG.uniform(0.15, 1, COUNT), np.ones(COUNT)])
    same_distribution(found["factor"], wanted)
    as_often(found["mode"], [1, 1, 1])
    as_often(found["antialias"].long(), [0.75, 0.25])


def test_levels_and_kinds_of_noise(draws):
    found = drawn(Noise(4, sigma_range=[2, 25], gray=0.4, correlated=0.2), draws)
    same_distribution(found["sigma"], RNG.uniform(2, 25, COUNT))
    as_often(found["noise_kind"], [0.4, 0.4, 0.2])


def test_photons_and_strength_of_shot_noise(draws):
    found = drawn(Poisson(4, photons_range=[100, 10_000], strength_range=[0.05, 3], gray=0.4), draws)
    same_distribution(found["photons"], 10 ** (2 * RNG.random(COUNT) + 2))
    same_distribution(found["strength"], RNG.uniform(0.05, 3, COUNT))
    as_often(found["gray"].long(), [0.6, 0.4])


def test_noise_of_a_pixel_is_that_of_numpy(draws):
    """One pixel of each of 10,000 images: Gauss at one level, and scaled Poisson as Real-ESRGAN's."""
    gauss = Noise(4, sigma_range=[20, 20])(Work((torch.full((1, 1, 1, 1), 0.3),) * COUNT, (1, 1)), draws(COUNT))
    same_distribution(torch.cat(gauss.images).flatten(), 0.3 + RNG.normal(0, 20 / 255, COUNT))
    stage = Poisson(4, photons_range=[256, 256], strength_range=[2, 2])
    shot = stage(Work((torch.full((1, 1, 1, 1), 0.3),) * COUNT, (1, 1)), draws(COUNT))
    counts = ((torch.cat(shot.images).flatten() - 0.3) / 2 + 0.3) * 256
    assert (counts - counts.round()).abs().max() < 1e-3
    # counts are whole, so a little noise makes both continuous, as the test wants them
    jitter = RNG.random((2, COUNT))
    same_distribution(counts.round() + jitter[0], RNG.poisson(0.3 * 256, COUNT) + jitter[1])


def test_qualities_of_jpeg(draws):
    quality = drawn(Jpeg(4, quality_range=[30, 95]), draws)["quality"]
    as_often(quality - 30, [1] * 66)


def test_cutoffs_of_sinc_and_the_choice_of_it(draws):
    found = drawn(Sinc(4, cutoff_range=[math.pi / 3, math.pi]), draws)
    same_distribution(found["cutoff"], RNG.uniform(math.pi / 3, math.pi, COUNT))
    as_often(
        drawn(OneOf(4, choices=[Noise, Noise, Jpeg], shares=[0.9, 0.0375, 0.0625]), draws)["choice"],
        [24, 1, 1.666667],
    )


def test_orders_of_bsrgan(draws):
    stages = ["clip"] * 11
    shuffle = load_catalog([]).build("stage", "shuffle", 4, stages=stages, probability=0.1)
    order = drawn(shuffle, draws)["order"]
    kept = (order == torch.arange(11)).all(1)
    as_often(kept.long(), [0.1, 0.9])
    # any step may come at any place
    for place in (0, 10):
        as_often(order[~kept][:, place], [1] * 11)
