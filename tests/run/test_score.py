import json

import numpy as np
import pytest

from srkit.engine.checkpoint import load_weights
from srkit.image import files
from srkit.image.resize import imresize
from srkit.records.kernels import read_kernels
from srkit.records.summary import Summary
from srkit.run import score, train


def test_a_run_folder_tells_all(prepare):
    experiment, built, folder = prepare("told", "trackers=[tensorboard, csv]")
    list(train(experiment, built, folder))
    assert [record.values["image"] for record in score(experiment, built, folder)] == built.test.names
    rows = [json.loads(line) for line in folder.scores.read_text().splitlines()]
    assert len(rows) == 2 * 2 * len(built.test)
    summary = json.loads(folder.summary.read_text())
    for metric in ("psnr", "ssim"):
        for model, where in (("srkit", "scores"), ("bicubic", "baseline_scores")):
            values = [row["value"] for row in rows if row["model"] == model and row["metric"] == metric]
            assert summary[where][metric] == sum(values) / len(values)
        gain = summary["scores"][metric] - summary["baseline_scores"][metric]
        assert summary["gain"][metric] == pytest.approx(gain)
    assert summary["steps"] == 6
    assert summary["own_low"] is False
    assert summary["protocol"]["psnr"]["border"] == 2
    for image in built.test.names:
        assert {path.name for path in (folder.pictures / image).iterdir()} == {
            f"{kind}.png" for kind in ("lr", "bicubic", "srkit", "hr")
        }
    assert list(read_kernels(folder.kernels)) == built.test.names
    _, metadata = load_weights(folder.best)
    assert metadata["model"]["use"] == "lapsrn"
    assert (metadata["scale"], metadata["color"]) == (2, "y")
    assert metadata["versions"].keys() >= {"srkit", "torch"}
    assert (folder.path / "records.csv").exists()
    assert list((folder.path / "tensorboard").iterdir())


def test_names_of_images_may_be_any_words(prepare, tmp_path):
    (tmp_path / "test").mkdir()
    images = {"file": 0.2, "allow_pickle": 0.4, "names": 0.6, "kernel_0": 0.8}
    for name, value in images.items():
        files.write(tmp_path / "test" / f"{name}.png", np.full((32, 32, 1), round(255 * value), np.uint8))
    run = prepare("words", f"data.test={{use: folder, path: {tmp_path / 'test'}}}")
    list(train(*run))
    list(score(*run))
    kernels = read_kernels(run[-1].kernels)
    assert sorted(kernels) == sorted(images)
    assert all(kernel.ndim == 2 and kernel.sum() == pytest.approx(1) for kernel in kernels.values())


def test_a_perfect_image_is_written_as_strict_json_and_read_back(prepare, tmp_path):
    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    (tmp_path / "test").mkdir()
    files.write(tmp_path / "test" / "flat.png", np.full((32, 32, 1), 100, np.uint8))
    run = prepare("flat", f"data.test={{use: folder, path: {tmp_path / 'test'}}}", "degradation=bicubic")
    list(train(*run))
    list(score(*run))
    folder = run[-1]
    for path in (folder.scores, folder.log):
        for line in path.read_text().splitlines():
            json.loads(line, parse_constant=refuse)
    summary = json.loads(folder.summary.read_text(), parse_constant=refuse)
    assert summary["baseline_scores"]["psnr"] == "inf"
    assert Summary.read(folder.summary).baseline_scores["psnr"] == float("inf")


def test_lr_that_comes_with_the_test_images_is_told(prepare, tmp_path):
    for folder, side in (("high", 32), ("low", 16)):
        (tmp_path / folder).mkdir()
        files.write(tmp_path / folder / "a.png", np.full((side, side, 1), 100, np.uint8))
    run = prepare("own", f"data.test={{use: pairs, high: {tmp_path / 'high'}, low: {tmp_path / 'low'}}}")
    list(train(*run))
    list(score(*run))
    assert Summary.read(run[-1].summary).own_low is True


def test_a_gray_image_scores_what_srkit_evaluate_prints(prepare, srkit, tmp_path):
    (tmp_path / "test").mkdir()
    smooth = imresize(np.random.default_rng(0).integers(0, 256, (8, 9, 1), dtype=np.uint8), 6)
    files.write(tmp_path / "test" / "gray.png", smooth)
    run = prepare("gray", "degradation=bicubic", f"data.test={{use: folder, path: {tmp_path / 'test'}}}")
    list(train(*run))
    list(score(*run))
    of_run = json.loads(run[-1].summary.read_text())
    code, out, _ = srkit("evaluate", "bicubic", tmp_path / "test", "--scale", 2, "--json")
    assert code == 0
    printed = json.loads(out)
    assert printed["scores"] == of_run["baseline_scores"]
    assert printed["protocol"]["gray"] == of_run["protocol"]["psnr"]["gray"] == "repeated to RGB"
