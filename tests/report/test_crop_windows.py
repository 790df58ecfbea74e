import numpy as np
import pytest

from srkit.report.crop_windows import SIDE, crop_side, spread, starts, window_means


def test_of_many_images_some_are_shown_at_even_distances():
    names = [str(index) for index in range(100)]
    assert spread(names, 3) == ["0", "50", "99"]
    assert spread(names[:6], 6) == names[:6]
    assert spread([], 3) == []


def test_window_means_are_means_of_windows():
    values = np.random.default_rng(0).normal(size=(200, 150))
    found = window_means(values, 3)
    tops, lefts, side = starts(200, 3), starts(150, 3), crop_side(3)
    expected = [[values[y : y + side, x : x + side].mean() for x in lefts] for y in tops]
    np.testing.assert_allclose(found, expected)
    np.testing.assert_allclose(window_means(values[:20, :30], 2), [[values[:20, :30].mean()]])


@pytest.mark.parametrize("scale", [1, 2, 3, 4, 8])
@pytest.mark.parametrize("length", [9, 127, 128, 129, 500])
def test_crops_reach_the_last_small_pixel(scale, length):
    found, side = starts(length, scale), crop_side(scale)
    assert found[0] == 0
    assert (found % scale == 0).all()
    assert found[-1] + side <= max(length, side)
    assert found[-1] + side > length - scale
    assert (np.diff(found) <= side // 2).all()


@pytest.mark.parametrize("scale", [1, 2, 3, 4, 6, 8, 200])
def test_a_crop_is_a_whole_number_of_small_pixels(scale):
    assert crop_side(scale) % scale == 0
    assert crop_side(scale) <= max(SIDE, scale)
