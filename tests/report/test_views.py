import json
import shutil

import numpy as np
import pytest

from srkit.errors import ImageError
from srkit.image.files import write
from srkit.report import views as module
from srkit.report.read import read_results
from srkit.report.views import views


@pytest.fixture
def study(study):
    study.pictures = 2
    return study


def seen(study):
    return views(read_results(study.folder))


def test_the_crop_lies_where_the_arms_differ(study):
    found = seen(study.write())
    assert [view.image for view in found] == list(study.images)  # all alike, so in their order
    for view in found:
        assert (view.corner, view.size, view.why) == ((160, 32), (128, 128), "seed 0")
        assert [one.name for one in view.versions] == ["LR", "bicubic", *study.arms, "HR"]
        assert [one.picture.shape[:2] for one in view.versions] == [(64, 64)] + [(128, 128)] * 5
        assert view.sides == ("plain", "good & <b>")


def test_the_image_that_differs_most_comes_first(study):
    study.write()
    path = study.path("same") / "pictures" / "noise" / "srkit.png"
    write(path, np.full((160, 288, 3), 255, np.uint8))
    assert [view.image for view in seen(study)] == ["noise", "edges", "flat"]


def test_psnr_is_that_of_the_crop(study):
    by_name = {one.name: one.psnr for one in seen(study.write())[0].versions}
    assert by_name["plain"] == np.inf
    assert by_name["HR"] is by_name["LR"] is None
    board = np.indices((128, 128)).sum(0) % 2 * 8 * 219 / 255  # luma of studio range
    assert by_name["same"] == pytest.approx(10 * np.log10(255**2 / np.mean(board**2)), abs=0.01)


def test_pictures_are_of_one_seed_that_most_arms_have(study):
    study.write()
    (study.path("plain", 0) / "summary.json").unlink()
    assert {view.why for view in seen(study)} == {"seed 1"}
    (study.path("plain", 1) / "summary.json").unlink()
    assert [one.name for one in seen(study)[0].versions][2:-1] == ["good & <b>", "same"]


def test_arms_that_were_given_other_images_are_shown_with_them(study):
    study.write()
    for kind in ("lr", "bicubic"):
        path = study.path("same") / "pictures" / "edges" / f"{kind}.png"
        write(path, np.zeros((80, 144, 3) if kind == "lr" else (160, 288, 3), np.uint8))
    names = next([one.name for one in view.versions] for view in seen(study) if view.image == "edges")
    assert names[:4] == ["LR of plain", "LR of same", "bicubic of plain", "bicubic of same"]


def test_arms_of_another_scale_or_with_other_images_are_left_out(study):
    study.write()
    other = study.path("same") / "pictures"
    for kind, (height, width) in {"hr": (156, 288), "srkit": (156, 288), "bicubic": (156, 288)}.items():
        write(other / "edges" / f"{kind}.png", np.zeros((height, width, 3), np.uint8))
    write(other / "noise" / "hr.png", np.zeros((160, 288, 3), np.uint8))
    shutil.rmtree(other / "flat")
    assert {tuple(one.name for one in view.versions[1:-1]) for view in seen(study)} == {
        ("bicubic", "plain", "good & <b>")
    }
    summary = study.path("good & <b>") / "summary.json"
    summary.write_text(summary.read_text().replace('"scale": 2', '"scale": 4'))
    assert {tuple(one.name for one in view.versions[1:]) for view in seen(study)} == {("bicubic", "plain", "HR")}
    assert {view.sides for view in seen(study)} == {("plain", "HR")}


def test_arms_are_compared_with_the_baseline_wherever_it_stands(study):
    told = study.write().told()
    told["blocks"][0]["baseline"] = "same"
    (study.folder / "study.json").write_text(json.dumps(told))
    for image in study.images:
        write(study.path("plain") / "pictures" / image / "hr.png", np.zeros((160, 288, 3), np.uint8))
    assert [one.name for one in seen(study)[0].versions][1:-1] == ["bicubic", "good & <b>", "same"]


def test_what_is_no_arm_cannot_be_taken_for_one(study):
    study.arms |= {"bicubic": 0.0, "HR": 0.0, "LR": 0.0}
    names = [one.name for one in seen(study.write())[0].versions]
    assert names == ["LR (no arm)", "bicubic (no arm)", *study.arms, "HR (no arm)"]


def test_one_arm_alone_is_shown_where_it_is_wrong(study):
    study.write()
    for arm in ("plain", "good & <b>"):
        for seed in study.seeds:
            (study.path(arm, seed) / "summary.json").unlink()
    (view, *_) = seen(study)
    assert view.corner == (160, 32)
    assert [one.name for one in view.versions] == ["LR", "bicubic", "same", "HR"]


def test_a_small_image_is_its_own_crop(study):
    study.write()
    for arm in study.arms:
        for kind, side in (("hr", 40), ("srkit", 40), ("bicubic", 40), ("lr", 20)):
            for image in study.images:
                write(study.path(arm) / "pictures" / image / f"{kind}.png", np.zeros((side, side + 8, 1), np.uint8))
    assert {view.size for view in seen(study)} == {(48, 40)}


def test_there_is_a_crop_of_each_block_and_no_more_than_there_is_room_for(study, monkeypatch):
    study.blocks = ("x2", "x4")
    study.write()
    assert [(view.block, view.image) for view in seen(study)] == [
        (b, i) for b in study.blocks for i in study.images
    ]
    assert [view.versions[0].picture.shape[0] for view in seen(study)] == [64] * 3 + [32] * 3
    bytes_in_base64 = 128 * 128 * 3 * 4 / 3
    assert module.PICTURES * bytes_in_base64 < 5_000_000
    monkeypatch.setattr(module, "PICTURES", 24)
    assert [view.block for view in seen(study)] == ["x2", "x2", "x4", "x4"]
    monkeypatch.setattr(module, "PICTURES", 2)
    assert [view.block for view in seen(study)] == ["x2", "x4"]


def test_without_pictures_nothing_is_shown(study):
    study.pictures = 0
    assert seen(study.write()) == []


def test_images_whose_pictures_are_incomplete_are_left_out(study):
    study.write()
    shutil.rmtree(study.path("plain") / "pictures" / "noise")
    assert [view.image for view in seen(study)] == ["edges", "flat"]


def test_a_damaged_picture_is_named(study):
    study.write()
    (study.path("same") / "pictures" / "noise" / "srkit.png").write_bytes(b"no")
    with pytest.raises(ImageError, match=r"noise/srkit\.png"):
        seen(study)
