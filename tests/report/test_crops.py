import numpy as np
import pytest

from srkit.image.files import read, write
from srkit.report.crops import SHOWN, SIDE, crop_side, error_range, places, spread, starts, window_means
from srkit.report.read import read_run
from srkit.report.write import comparisons_of


@pytest.fixture
def shown(run_folder):
    run = read_run(run_folder)
    return places(run, comparisons_of(run)[0])


def test_images_go_from_the_largest_gain_and_the_worst_place_is_last(shown):
    assert [place.image for place in shown] == ["edges", "flat", "noise", "noise"]
    assert shown[0].why == "+2.00 dB on the whole image"
    assert shown[1].why.endswith(" on the whole image")
    assert shown[2].why.endswith(" on the whole image; srkit gains nowhere on it: here it loses least")
    assert shown[-1].why == "where srkit loses most, of all these images"
    assert shown[-1].psnr["srkit"] < shown[-1].psnr["bicubic"]


def test_a_place_is_the_same_in_every_version(shown, run_folder):
    for place in shown:
        top, left, height, width = place.box
        for kind in ("bicubic", "srkit", "hr"):
            whole = read(run_folder / "pictures" / place.image / f"{kind}.png")
            assert (place.pictures[kind] == whole[top : top + height, left : left + width]).all()
        low = read(run_folder / "pictures" / place.image / "lr.png")
        assert (place.pictures["lr"] == low[top // 2 : (top + height) // 2, left // 2 : (left + width) // 2]).all()
        assert (height, width) == (SIDE, SIDE)


def test_errors_and_psnr_are_of_luma(shown):
    error = 6 * 219 / 255  # 6 grey levels in all channels
    np.testing.assert_allclose(shown[0].errors["bicubic"], error, atol=1e-3)
    assert shown[0].psnr["bicubic"] == pytest.approx(20 * np.log10(255 / error), abs=1e-3)
    assert shown[1].psnr["srkit"] == float("inf")
    assert error_range(shown) == 8  # 9 levels of gray are 7.7 of luma


def test_the_place_is_where_the_gain_is(run_folder):
    folder = run_folder / "pictures" / "edges"
    picture = read(folder / "hr.png").astype(int)
    picture[-20:, -20:] += 50
    write(folder / "bicubic.png", picture.clip(0, 255).astype(np.uint8))
    run = read_run(run_folder)
    found = next(place for place in places(run, comparisons_of(run)[0]) if place.image == "edges")
    assert found.box == (22, 72, SIDE, SIDE)  # the last crop both ways
    assert found.errors["bicubic"].max() > 30


@pytest.mark.parametrize("size", [(30, 40), (128, 128), (90, 300), (300, 90)])
def test_small_and_narrow_images_are_cropped_less(run_folder, pictures, size):
    pictures(run_folder, "edges", *size)
    run = read_run(run_folder)
    found = places(run, comparisons_of(run)[0])[0]
    assert found.pictures["hr"].shape[:2] == tuple(min(SIDE, length) for length in size)
    assert found.pictures["srkit"].shape == found.pictures["hr"].shape


def test_an_image_without_pictures_is_left_out(run_folder):
    (run_folder / "pictures" / "noise" / "hr.png").unlink()
    run = read_run(run_folder)
    found = places(run, comparisons_of(run)[0])
    assert [place.image for place in found] == ["edges", "flat", "flat"]
    assert found[-1].why == "where srkit gains least"


def test_of_many_images_some_are_shown_at_even_distances():
    names = [str(index) for index in range(100)]
    assert spread(names, 3) == ["0", "50", "99"]
    assert spread(names[:SHOWN], SHOWN) == names[:SHOWN]
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
