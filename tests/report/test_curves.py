import numpy as np
import pytest

from srkit.report.curves import POINTS, Band, over_neighbours, over_seeds


def test_a_long_curve_is_thinned_to_the_mean_and_range_of_its_neighbours():
    values = np.random.default_rng(0).normal(size=1000)
    band = over_neighbours((range(1000), values))
    assert len(band.steps) == POINTS
    assert np.mean(band.mean) == pytest.approx(values.mean(), abs=0.01)
    assert (min(band.low), max(band.high)) == (values.min(), values.max())
    assert over_neighbours(([1, 2], [5.0, 6.0])) == Band([1, 2], [5, 6], [5, 6], [5, 6])


def test_a_band_is_the_range_of_the_seeds_around_their_mean():
    assert over_seeds([([0, 10], [1, 2]), ([0, 10], [3, 8])]) == Band([0, 10], [1, 2], [2, 5], [3, 8])


def test_a_band_of_seeds_that_stopped_apart_ends_with_the_first():
    band = over_seeds([([0, 10, 20], [0, 10, 20]), ([0, 10, 16], [2, 12, 18])])
    assert band.steps == [0, 10, 16]
    assert (band.low[-1], band.mean[-1], band.high[-1]) == (16, 17, 18)


def test_a_band_of_seeds_that_began_apart_begins_with_the_last():
    assert over_seeds([([0, 10], [0, 10]), ([5, 10], [7, 12])]) == Band([5, 10], [5, 10], [6, 11], [7, 12])


def test_a_long_band_is_thinned_but_keeps_its_ends():
    steps = list(range(1000))
    band = over_seeds([(steps, steps)])
    assert len(band.steps) == POINTS
    assert (band.steps[0], band.steps[-1]) == (0, 999)
    assert band.mean == band.steps
    assert np.diff(band.steps).max() < 2 * 1000 / POINTS
