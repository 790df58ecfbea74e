import numpy as np
import pytest

from srkit.comparison.align import align


def picture(height, width, value=0):
    return np.full((height, width, 3), value, np.uint8)


def test_hr_that_is_no_multiple_of_the_scale_is_cut_at_the_right_and_at_the_bottom():
    high = picture(43, 66)
    high[40:], high[:, 64:] = 255, 255
    laid = align({"LR": picture(10, 16), "a": picture(40, 64), "HR": high}, "HR")
    assert (laid.height, laid.width, laid.full) == (40, 64, ["a", "HR"])
    assert laid.pictures["HR"].shape == (40, 64, 3)
    assert laid.pictures["HR"].max() == 0
    assert laid.sizes == {"LR": "16 x 10", "a": "64 x 40", "HR": "66 x 43"}


def test_a_smaller_version_covers_the_same_place():
    low = picture(10, 16)
    low[5:, 8:] = 200
    laid = align({"low": low, "a": picture(40, 64)}, None)
    np.testing.assert_array_equal(laid.crop("low", 20, 32, 20, 32), low[5:, 8:])
    np.testing.assert_array_equal(laid.crop("low", 0, 8, 20, 24), low[:5, 2:8])
    assert laid.crop("low", 39, 63, 1, 1).shape == (1, 1, 3)
    assert laid.crop("a", 20, 32, 8, 4).shape == (8, 4, 3)


@pytest.mark.parametrize("shape", [(40, 60), (64, 40), (20, 29)])
def test_another_shape_does_not_fit(shape):
    laid = align({"a": picture(40, 70), "b": picture(*shape)}, None)
    assert laid.misfits == ("b",)
    assert list(laid.pictures) == ["a"]


def test_hr_rules_even_over_a_larger_version():
    laid = align({"a": picture(80, 90), "HR": picture(40, 40)}, "HR")
    assert laid.misfits == ("a",)
