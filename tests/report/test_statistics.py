import numpy as np
import pytest

from srkit.report.statistics import paired


def test_a_constant_difference_is_certain():
    found = paired([2.0, 3.0, 4.0], [1.0, 2.0, 3.0])
    assert (found.mean, found.low, found.high, found.wins, found.count) == (1, 1, 1, 3, 3)
    assert found.certain


def test_the_interval_is_that_of_the_mean():
    random = np.random.default_rng(1)
    baseline = random.normal(30, 5, 400)
    values = baseline + random.normal(0.2, 1, 400)
    found, error = paired(values, baseline), 1.96 / np.sqrt(400)
    assert found.mean == pytest.approx((values - baseline).mean())
    assert found.high - found.mean == pytest.approx(error, rel=0.12)
    assert found.mean - found.low == pytest.approx(error, rel=0.12)
    assert paired(values, baseline) == found


def test_noise_is_not_certain_and_infinite_pairs_are_equal():
    assert not paired([1.0, -1.0, 2.0, -2.0], [0.0] * 4).certain
    assert paired([float("inf"), 3.0], [float("inf"), 1.0]).mean == 1
    with pytest.raises(ValueError, match="wants pairs, got 1 values and 2"):
        paired([1.0], [1.0, 2.0])
