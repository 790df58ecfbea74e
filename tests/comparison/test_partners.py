from pathlib import Path

import pytest

from srkit.comparison.partners import bare, partners
from srkit.errors import DataError


def files(*names):
    return {name: Path(f"{name}.png") for name in names}


@pytest.mark.parametrize(
    "ending",
    [
        "_x4",
        "_x1.5",
        "_x2_max6000",
        "_w3000",
        "_h2000",
        "_w3000_h2000",
        "_long3000",
        "_mp24",
        "_HR",
        "_LRBI_x4",
        "x4m",
    ],
)
def test_endings_that_tell_a_size_do_not_count(ending):
    assert bare(f"trip/fox{ending}") == "trip/fox"


@pytest.mark.parametrize("name", ["fox", "x4", "_x4"[1:], "phlox", "max6000"])
def test_other_names_are_left_alone(name):
    assert bare(name) == name


def test_equal_names_come_before_names_without_endings():
    assert partners(["a", "a_x4", "b"], files("a_x4", "a_x2", "b_w300")) == {
        "a": Path("a_x2.png"),
        "a_x4": Path("a_x4.png"),
        "b": Path("b_w300.png"),
    }


def test_two_that_fit_are_refused():
    with pytest.raises(DataError) as error:
        partners(["a"], files("a_x2", "a_x4"))
    assert str(error.value) == "a_x2.png and a_x4.png: both fit the picture 'a'; leave one out"


def test_what_has_no_partner_is_absent():
    assert partners(["a", "b"], files("b", "c")) == {"b": Path("b.png")}
