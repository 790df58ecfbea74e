"""A relative path in a config is relative to the file that names it, an override's to the working folder."""

import numpy as np
import pytest
import yaml

from srkit.engine.checkpoint import load_weights
from srkit.image.files import write

CONFIG = """
scale: 2
model: {use: lapsrn, depth: 1, features: 4}
data:
  train: &images {use: folder, path: images, split: train, shares: [1, 1, 1]}
  validate: {use: folder, path: images, split: validate, shares: [1, 1, 1]}
  test: {use: folder, path: images, split: test, shares: [1, 1, 1]}
train: {steps: 2, batch: 2, patch: 16, schedule: constant, precision: fp32, checkpoint_every: 1}
trackers: []
"""


@pytest.fixture
def places(tmp_path):
    """Two folders, each with a config of one text and images of one name, but of other content."""
    for seed, name in enumerate(("here", "there")):
        generator = np.random.default_rng(seed)
        (tmp_path / name / "images").mkdir(parents=True)
        (tmp_path / name / "run.yaml").write_text(CONFIG)
        for image in ("a", "b", "c"):
            write(tmp_path / name / "images" / f"{image}.png", generator.integers(0, 256, (40, 40, 3), np.uint8))
    return tmp_path / "here", tmp_path / "there"


def data_of(run):
    data = yaml.safe_load((run / "config.yaml").read_text())["data"]
    return {data[use]["path"] for use in ("train", "validate", "test")}


def test_a_config_names_the_images_beside_it_wherever_the_command_runs(srkit, places, monkeypatch, tmp_path):
    here, there = places
    monkeypatch.chdir(there)
    assert srkit("run", "../here/run.yaml", "--output", tmp_path / "run", "--quiet")[0] == 0
    assert data_of(tmp_path / "run") == {str(here / "images")}


def test_a_run_resumed_from_another_folder_goes_on_with_the_same_images(srkit, places, monkeypatch, tmp_path):
    here, there = places
    monkeypatch.chdir(here)
    assert srkit("run", "run.yaml", "--output", tmp_path / "straight", "--quiet")[0] == 0
    assert srkit("run", "run.yaml", "--output", tmp_path / "resumed", "--quiet")[0] == 0
    for name in ("summary.json", "last.pt", "best.safetensors", "log.jsonl"):  # like a run that was killed early
        (tmp_path / "resumed" / name).unlink()
    monkeypatch.chdir(there)
    code, _, err = srkit("run", "--resume", tmp_path / "resumed", "--quiet")
    assert (code, err) == (0, "")
    straight, resumed = (load_weights(tmp_path / name / "best.safetensors")[0] for name in ("straight", "resumed"))
    assert straight.keys() == resumed.keys()
    assert all(straight[name].equal(resumed[name]) for name in straight)
    scores = [(tmp_path / name / "scores.jsonl").read_text() for name in ("straight", "resumed")]
    assert scores[0] == scores[1]


def test_an_override_names_images_from_the_working_folder(srkit, places, monkeypatch, tmp_path):
    here, there = places
    monkeypatch.chdir(there)
    paths = [f"data.{use}.path=images" for use in ("train", "validate", "test")]
    assert srkit("run", here / "run.yaml", *paths, "--output", tmp_path / "run", "--quiet")[0] == 0
    assert data_of(tmp_path / "run") == {str(there / "images")}


def test_a_path_that_is_not_there_is_said_as_it_was_looked_for(srkit, places, monkeypatch):
    there = places[1]
    monkeypatch.chdir(there)
    code, _, err = srkit("check", "../here/run.yaml", "start=weights.safetensors")
    assert (code, f"{there}/weights.safetensors" in err) == (2, True)
