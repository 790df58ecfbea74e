import json

import numpy as np
import pytest

from srkit.engine.checkpoint import load_weights
from srkit.image import files
from srkit.image.resize import imresize
from srkit.report.read import read_run
from srkit.run import score, train


def test_a_run_folder_tells_all(prepare):
    experiment, built, folder = prepare("told", "trackers=[tensorboard, csv]")
    list(train(experiment, built, folder))
    assert [record.values["image"] for record in score(experiment, built, folder)] == built.test.names
    rows = [json.loads(line) for line in folder.scores.read_text().splitlines()]
    assert len(rows) == 2 * 2 * len(built.test)
    summary = json.loads(folder.summary.read_text())
    for metric in ("psnr", "ssim"):
        for model, where in (("srkit", "scores"), ("bicubic", "baseline")):
            values = [row["value"] for row in rows if row["model"] == model and row["metric"] == metric]
            assert summary[where][metric] == sum(values) / len(values)
        gain = summary["scores"][metric] - summary["baseline"][metric]
        assert summary["gain"][metric] == pytest.approx(gain)
    assert summary["steps"] == 6
    assert summary["own_low"] is False
    assert summary["protocol"]["psnr"]["border"] == 2
    for image in built.test.names:
        assert {path.name for path in (folder.pictures / image).iterdir()} == {
            f"{kind}.png" for kind in ("lr", "bicubic", "srkit", "hr")
        }
    assert list(read_run(folder.path).kernels) == built.test.names
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
    kernels = read_run(run[-1].path).kernels
    assert sorted(kernels) == sorted(images)
    assert all(kernel.ndim == 2 and kernel.sum() == pytest.approx(1) for kernel in kernels.values())


def test_kernels_of_runs_of_old_are_read(prepare):
    run = prepare("old")
    list(train(*run))
    list(score(*run))
    old = {"names": np.eye(3), "kernel_0": np.ones((2, 2))}
    np.savez(run[-1].pictures / "kernels.npz", **old)
    kernels = read_run(run[-1].path).kernels
    assert {name: kernel.tolist() for name, kernel in kernels.items()} == {n: k.tolist() for n, k in old.items()}


def test_lr_that_comes_with_the_test_images_is_told(prepare, tmp_path):
    for folder, side in (("high", 32), ("low", 16)):
        (tmp_path / folder).mkdir()
        files.write(tmp_path / folder / "a.png", np.full((side, side, 1), 100, np.uint8))
    run = prepare("own", f"data.test={{use: pairs, high: {tmp_path / 'high'}, low: {tmp_path / 'low'}}}")
    list(train(*run))
    list(score(*run))
    assert read_run(run[-1].path).summary.own_low is True


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
    assert printed["scores"] == of_run["baseline"]
    assert printed["protocol"]["gray"] == of_run["protocol"]["psnr"]["gray"] == "repeated to RGB"
