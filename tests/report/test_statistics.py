import numpy as np
import pytest
from scipy.stats import t

from srkit.report import statistics
from srkit.report.statistics import crossed, difference, paired, student

INF = float("inf")


def test_a_constant_difference_is_certain():
    found = paired([2.0, 3.0, 4.0], [1.0, 2.0, 3.0])
    assert (found.mean, found.low, found.high, found.wins, found.count) == (1, 1, 1, 3, 3)
    assert found.certain


def test_the_interval_is_that_of_the_mean():
    random = np.random.default_rng(1)
    baseline = random.normal(30, 5, 400)
    values = baseline + random.normal(0.2, 1, 400)
    found, error = paired(values, baseline), 1.96 * (values - baseline).std() / np.sqrt(400)
    assert found.mean == pytest.approx((values - baseline).mean())
    assert found.high - found.mean == pytest.approx(error, rel=0.05)
    assert found.mean - found.low == pytest.approx(error, rel=0.05)
    assert paired(values, baseline) == found


def stretch(count):
    return t.ppf(0.975, count - 1) / 1.96 * np.sqrt(count / (count - 1))


def test_two_pairs_have_the_interval_of_their_three_means_stretched():
    # means of two draws of {0, 1}: 0 a quarter, 1/2 a half, 1 a quarter of the time
    found, half = paired([0.0, 1.0], [0.0, 0.0]), 0.5 * stretch(2)
    assert (found.mean, found.low, found.high) == pytest.approx((0.5, 0.5 - half, 0.5 + half), rel=1e-4)


def test_the_bounds_are_the_quantiles_of_a_binomial_stretched():
    # of 20 pairs 10 differ by one: 20 times a mean is binomial(20, 1/2), with quantiles 6 and 14
    found, half = paired([1.0] * 10 + [0.0] * 10, [0.0] * 20), 4 * stretch(20)
    assert (found.low * 20, found.high * 20) == pytest.approx((10 - half, 10 + half), rel=1e-3)


@pytest.mark.parametrize("count", [3, 5, 20])
def test_the_interval_of_few_images_holds_the_truth_as_often_as_it_says(monkeypatch, count):
    monkeypatch.setattr(statistics, "RESAMPLES", 500)
    drawn = np.random.default_rng(0).normal(size=(600, count))
    assert np.mean([covers(paired(one, np.zeros(count))) for one in drawn]) > 0.925


def test_noise_is_not_certain_nor_is_one_pair():
    assert not paired([1.0, -1.0, 2.0, -2.0], [0.0] * 4).certain
    assert not paired([5.0], [1.0]).certain


def test_swapping_swaps():
    values, baseline = [3.0, 1.0, 5.0, 2.0], [1.0, 2.0, 2.5, 2.0]
    there, back = paired(values, baseline), paired(baseline, values)
    assert back.mean == -there.mean
    assert (there.wins, back.wins) == (2, 1)
    assert paired(values, baseline, lower_is_better=True).wins == 1


def test_infinite_pairs_are_equal_and_infinite_differences_are_told():
    assert difference(INF, INF) == 0
    assert paired([INF, 3.0], [INF, 1.0]).mean == 1
    found = paired([INF, 3.0, 4.0], [30.0, 1.0, 2.0])
    assert (found.mean, found.high, found.wins) == (INF, INF, 3)
    assert found.low == 2  # some resamples leave the infinite pair out
    assert np.isnan(paired([INF, 1.0], [1.0, INF]).mean)


def test_pairs_are_wanted():
    with pytest.raises(ValueError, match="wants pairs, got 1 values and 2"):
        paired([1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="wants pairs, got 0 values and 0"):
        paired([], [])


def cells(random, images, seeds, by_image, by_seed, rest):
    """Differences whose true mean is zero."""
    return (
        by_image * random.normal(size=(images, 1))
        + by_seed * random.normal(size=(1, seeds))
        + rest * random.normal(size=(images, seeds))
    )


def covers(found):
    return found.low <= 0 <= found.high


SPREADS = [(1, 0, 0.1), (1, 0.2, 0.3), (0.1, 1, 0.1), (1, 1, 1), (0.2, 0.2, 1)]


@pytest.mark.parametrize("spreads", SPREADS, ids=str)
@pytest.mark.parametrize(("images", "seeds"), [(5, 3), (20, 2)])
def test_the_crossed_interval_holds_the_truth_as_often_as_it_says(monkeypatch, images, seeds, spreads):
    monkeypatch.setattr(statistics, "RESAMPLES", 500)
    random, times = np.random.default_rng(0), 300
    drawn = [cells(random, images, seeds, *spreads) for _ in range(times)]
    held = sum(covers(crossed(one, np.zeros_like(one))) for one in drawn) / times
    assert held > 0.92  # 95 %, less two and a half standard errors of 300 trials
    if spreads[2] < 1:  # the coverage of pairs drawn one by one, unless they are nearly independent
        naive = sum(covers(paired(one.ravel(), np.zeros(one.size))) for one in drawn) / times
        assert naive < 0.85 < held - 0.07


def test_a_crossed_constant_is_certain_and_zero_is_not():
    found = crossed(np.full((3, 2), 5.0), np.full((3, 2), 4.0))
    assert (found.mean, found.low, found.high, found.wins, found.count) == (1, 1, 1, 6, 6)
    assert found.certain
    assert not crossed(np.zeros((3, 2)), np.zeros((3, 2))).certain


def test_one_seed_has_no_interval_and_one_image_that_of_its_seeds():
    one = crossed(np.array([[1.0], [2.0]]), np.zeros((2, 1)))
    assert (one.mean, one.count, one.certain) == (1.5, 2, False)
    assert np.isnan([one.low, one.high]).all()
    seeds = np.array([[1.0, 1.1, 0.9, 1.05, 0.95]])
    found = crossed(seeds, np.zeros_like(seeds))
    error = student(4) * seeds.std(ddof=1) / np.sqrt(5)
    assert found.high - found.mean == pytest.approx(error, rel=0.15)


def test_two_seeds_that_disagree_leave_nothing_certain():
    swinging = np.array([[1.0, 0.2]] * 8)  # better with both seeds, on every image
    assert paired(swinging.ravel(), [0.0] * 16).certain
    assert not crossed(swinging, np.zeros_like(swinging)).certain


def test_the_crossed_interval_is_the_same_every_time_and_swaps():
    values = cells(np.random.default_rng(3), 4, 3, 1, 1, 1)
    there, back = crossed(values, np.zeros_like(values)), crossed(np.zeros_like(values), values)
    assert there == crossed(values, np.zeros_like(values))
    assert back.mean == -there.mean
    assert there.wins + back.wins == 12
    assert crossed(values, np.zeros_like(values), lower_is_better=True).wins == back.wins


def test_crossed_infinities_are_treated_as_paired_ones_are():
    values, baseline = np.array([[INF, 3.0], [INF, 3.0]]), np.array([[INF, 1.0], [30.0, 1.0]])
    found = crossed(values, baseline)
    assert (found.mean, found.high, found.wins) == (INF, INF, 3)
    assert found.low == 0  # some draws leave the infinite pair out
    assert np.isnan(crossed(np.array([[INF, 1.0]]), np.array([[1.0, INF]])).mean)


def test_students_quantiles_are_those_of_the_tables():
    dof = np.arange(1, 200)
    assert [student(one) for one in dof] == pytest.approx(t.ppf(0.975, dof), rel=1e-3)


def test_crossed_wants_images_and_seeds():
    with pytest.raises(ValueError, match=r"wants two arrays \(images, seeds\), got \(2, 1\) and \(1, 2\)"):
        crossed(np.zeros((2, 1)), np.zeros((1, 2)))
