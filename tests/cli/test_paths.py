"""A relative path in a config is relative to the file that names it, an override's to the working folder."""

import shutil

import numpy as np
import pytest
import torch
import yaml

from srkit.cli.experiment import read_experiment
from srkit.config.show import fill, to_yaml
from srkit.engine.checkpoint import load_weights
from srkit.image.files import write
from srkit.run import RunFolder, build, train
from srkit.run.environment import environment

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
    metadata = load_weights(tmp_path / "run" / "best.safetensors")[1]  # which are given to others
    assert metadata["experiment"]["data"]["train"]["path"] == "images"
    assert str(tmp_path) not in str(metadata)


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


@pytest.fixture
def interrupted():
    """Return a function that begins a run and leaves it after its first step."""

    def interrupted(folder, *words):
        experiment, _, catalog = read_experiment(list(map(str, words)))
        facts = environment(catalog, experiment.seed, torch.device("cpu"))
        run = RunFolder.create(folder, to_yaml(fill(experiment)), facts)
        records = train(experiment, build(experiment, catalog), run)
        next(record for record in records if record.event == "train")
        records.close()

    return interrupted


def test_a_run_folder_that_was_moved_goes_on(srkit, places, interrupted, monkeypatch, tmp_path):
    here, there = places
    monkeypatch.chdir(here)
    start = here / "start"
    assert srkit("run", "run.yaml", "--output", start, "--quiet")[0] == 0
    words = "run.yaml", f"start={start}/best.safetensors"
    assert srkit("run", *words, "--output", tmp_path / "straight", "--quiet")[0] == 0
    interrupted(here / "left", *words)
    (there / "deeper").mkdir()
    moved = shutil.move(here / "left", there / "deeper" / "run")
    shutil.rmtree(start)  # it has been read
    monkeypatch.chdir(there)
    code, out, err = srkit("run", "--resume", "deeper/run", "--quiet")
    assert (code, err) == (0, "")
    assert out.endswith("report: deeper/run/report.html\n")
    straight, resumed = (load_weights(run / "best.safetensors")[0] for run in (tmp_path / "straight", moved))
    assert all(straight[name].equal(resumed[name]) for name in straight)


def test_a_run_whose_images_were_moved_goes_on_once_its_config_says_where(srkit, places, interrupted, tmp_path):
    here, there = places
    interrupted(tmp_path / "run", here / "run.yaml")
    for name in ("a.png", "b.png", "c.png"):
        (there / "images" / name).unlink()
    shutil.move(here, there / "project")
    config = tmp_path / "run" / "config.yaml"
    line = 1 + config.read_text().splitlines().index(f"    path: {here}/images")
    code, _, err = srkit("run", "--resume", tmp_path / "run", "--quiet")
    assert (code, err) == (
        2,
        f"{here}/images: wants a folder of images, found nothing of that name\n"
        f"    {config}:{line}: data.train.path\n"
        f"    {config} names it; if it was moved, write its present place there\n",
    )
    config.write_text(config.read_text().replace(str(here), str(there / "project")))
    image = max((there / "project" / "images").iterdir())
    kept = image.read_bytes()
    shutil.copy(min((there / "project" / "images").iterdir()), image)
    code, _, err = srkit("run", "--resume", tmp_path / "run", "--quiet")
    assert code == 2
    assert f"data.train.path: was '{here}/images', is now '{there}/project/images'" in err
    image.write_bytes(kept)
    assert srkit("run", "--resume", tmp_path / "run", "--quiet")[0] == 0
    shutil.rmtree(there / "project")
    assert srkit("run", "--resume", tmp_path / "run", "--quiet")[0] == 0  # it is finished, and reported again


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
