import numpy as np
import pytest

from srkit.image.files import read, write
from srkit.report.crop_windows import SIDE
from srkit.report.read import read_results
from srkit.report.views import error_range, views


@pytest.fixture
def shown(run_folder):
    return views(read_results(run_folder))


def psnr(view, name):
    return next(version.psnr for version in view.versions if version.name == name)


def test_images_go_from_the_largest_gain_and_the_worst_place_is_last(shown):
    assert [place.image for place in shown] == ["edges", "flat", "noise", "noise"]
    assert shown[0].why == "+2.00 dB on the whole image"
    assert shown[1].why.endswith(" on the whole image")
    assert shown[2].why.endswith(" on the whole image; srkit gains nowhere on it: here it loses least")
    assert shown[-1].why == "where srkit loses most, of all these images"
    assert psnr(shown[-1], "srkit") < psnr(shown[-1], "bicubic")


def test_a_place_is_the_same_in_every_version(shown, run_folder):
    for place in shown:
        (left, top), (width, height) = place.corner, place.size
        pictures = {version.name: version.picture for version in place.versions}
        assert list(pictures) == ["LR", "bicubic", "srkit", "HR"]
        for name in ("bicubic", "srkit", "HR"):
            whole = read(run_folder / "pictures" / place.image / f"{name.lower()}.png")
            assert (pictures[name] == whole[top : top + height, left : left + width]).all()
        low = read(run_folder / "pictures" / place.image / "lr.png")
        assert (pictures["LR"] == low[top // 2 : (top + height) // 2, left // 2 : (left + width) // 2]).all()
        assert (height, width) == (SIDE, SIDE)
        assert place.sides == ("bicubic", "srkit")


def test_errors_and_psnr_are_of_luma(shown):
    error = 6 * 219 / 255  # 6 grey levels in all channels
    np.testing.assert_allclose(shown[0].errors["bicubic"], error, atol=1e-3)
    assert psnr(shown[0], "bicubic") == pytest.approx(20 * np.log10(255 / error), abs=1e-3)
    assert psnr(shown[1], "srkit") == float("inf")
    assert error_range(shown) == 8  # 9 levels of gray are 7.7 of luma


def test_the_place_is_where_the_gain_is(run_folder):
    folder = run_folder / "pictures" / "edges"
    picture = read(folder / "hr.png").astype(int)
    picture[-20:, -20:] += 50
    write(folder / "bicubic.png", picture.clip(0, 255).astype(np.uint8))
    found = next(place for place in views(read_results(run_folder)) if place.image == "edges")
    assert (found.corner, found.size) == ((72, 22), (SIDE, SIDE))  # the last crop both ways
    assert found.errors["bicubic"].max() > 30


@pytest.mark.parametrize("size", [(30, 40), (128, 128), (90, 300), (300, 90)])
def test_small_and_narrow_images_are_cropped_less(run_folder, pictures, size):
    pictures(run_folder, "edges", *size)
    found = views(read_results(run_folder))[0]
    pictures = {version.name: version.picture for version in found.versions}
    assert pictures["HR"].shape[:2] == tuple(min(SIDE, length) for length in size)
    assert pictures["srkit"].shape == pictures["HR"].shape


def test_an_image_without_pictures_is_left_out(run_folder):
    (run_folder / "pictures" / "noise" / "hr.png").unlink()
    found = views(read_results(run_folder))
    assert [place.image for place in found] == ["edges", "flat", "flat"]
    assert found[-1].why == "where srkit gains least"
