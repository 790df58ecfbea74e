import numpy as np
import pytest

from srkit.report.statistics import difference, paired

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


def test_two_pairs_have_the_interval_of_their_three_means():
    # means of two draws of {0, 1}: 0 a quarter, 1/2 a half, 1 a quarter of the time
    found = paired([0.0, 1.0], [0.0, 0.0])
    assert (found.mean, found.low, found.high) == (0.5, 0, 1)


def test_the_bounds_are_the_quantiles_of_a_binomial():
    # of 20 pairs 10 differ by one: 20 times a mean is binomial(20, 1/2), with quantiles 6 and 14
    found = paired([1.0] * 10 + [0.0] * 10, [0.0] * 20)
    assert (found.low * 20, found.high * 20) == (pytest.approx(6), pytest.approx(14))


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
