import numpy as np
import pytest

from srkit.report.study import measures
from srkit.report.study.measures import MEASURES, POINTS, band
from srkit.report.study.read import read_study
from srkit.report.tables import MINUS


@pytest.fixture
def arm(study):
    return read_study(study.write().folder).blocks[0].base


def test_ends_are_means_over_images_and_seeds(arm):
    assert measures.ends(arm, "M1") == pytest.approx((3.0, 3 / 21))
    assert measures.ends(arm, "M2") == pytest.approx((-4.5, 15.5))
    assert measures.ends(arm, "M4") is None


def test_there_is_a_curve_for_each_seed(arm):
    assert measures.curves_of(arm, "M2") == [([0, 10, 20], [-4.5, 5.5, 15.5])] * 3
    assert [curve[1][0] for curve in measures.psnr_curves(arm)] == [25, 26, 27]
    assert measures.curves_of(arm, "M4") == []


def test_measures_that_were_taken_come_in_their_order(study):
    assert measures.measured(read_study(study.write().folder)) == ["M1", "M2"]


def test_a_band_is_the_range_of_the_seeds_around_their_mean():
    assert band([([0, 10], [1, 2]), ([0, 10], [3, 8])]) == ([0, 10], [1, 2], [2, 5], [3, 8])


def test_a_band_of_seeds_that_stopped_apart_ends_with_the_first():
    at, low, mean, high = band([([0, 10, 20], [0, 10, 20]), ([0, 10, 16], [2, 12, 18])])
    assert at == [0, 10, 16]
    assert (low[-1], mean[-1], high[-1]) == (16, 17, 18)


def test_a_long_band_is_thinned_but_keeps_its_ends():
    steps = list(range(1000))
    at, _, mean, _ = band([(steps, steps)])
    assert len(at) == POINTS
    assert (at[0], at[-1]) == (0, 999)
    assert mean == at
    assert np.diff(at).max() < 2 * 1000 / POINTS


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("M1", 0.0123, "0.012"),
        ("M1", 1e-6, "0.000"),
        ("M2", -12.96, f"{MINUS}13.0"),
        ("M2", 0.51, "+0.5"),
        ("M2", -0.01, "0.0"),
        ("M3_variance", 1.0372, "1.037"),
    ],
)
def test_values_have_digits_that_make_sense(name, value, text):
    assert MEASURES[name].text(value) == text


def test_every_measure_of_the_trials_is_known_here():
    assert set(MEASURES) == {"M1", "M1_layers", "M2", "M3_bias", "M3_variance", "M4"}
    assert all(legend.endswith(".") for _, legend in measures.legends(MEASURES))
