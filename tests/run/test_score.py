import json

import numpy as np
import pytest

from srkit.engine.checkpoint import load_weights
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
    assert summary["protocol"]["psnr"]["border"] == 2
    for image in built.test.names:
        assert {path.name for path in (folder.pictures / image).iterdir()} == {
            f"{kind}.png" for kind in ("lr", "bicubic", "srkit", "hr")
        }
    kernels = np.load(folder.pictures / "kernels.npz")
    assert sorted(kernels) == sorted(built.test.names)
    _, metadata = load_weights(folder.best)
    assert metadata["model"]["use"] == "lapsrn"
    assert (metadata["scale"], metadata["color"]) == (2, "y")
    assert metadata["versions"].keys() >= {"srkit", "torch"}
    assert (folder.path / "records.csv").exists()
    assert list((folder.path / "tensorboard").iterdir())
