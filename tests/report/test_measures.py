import pytest

from srkit.report import measures
from srkit.report.measures import MEASURES
from srkit.report.numbers import MINUS
from srkit.report.read import read_results


@pytest.fixture
def arm(study):
    return read_results(study.write().folder).blocks[0].base


def test_ends_are_means_over_images_and_seeds(arm):
    assert measures.ends(arm, "M1") == pytest.approx((3.0, 3 / 21))
    assert measures.ends(arm, "M2") == pytest.approx((-4.5, 15.5))
    assert measures.ends(arm, "M4") is None


def test_there_is_a_curve_for_each_seed(arm):
    assert measures.curves_of(arm, "M2") == [([0, 10, 20], [-4.5, 5.5, 15.5])] * 3
    assert [run.curve("validate", "psnr")[1][0] for run in arm.runs] == [25, 26, 27]
    assert measures.curves_of(arm, "M4") == []


def test_measures_that_were_taken_come_in_their_order(study):
    assert measures.measured(read_results(study.write().folder)) == ["M1", "M2"]


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
