import os
import shutil
from pathlib import Path

import pytest

from srkit.ablation.folder import TrialFolder, prepare
from srkit.ablation.inputs import changed
from srkit.ablation.plan import plan
from srkit.ablation.trial import perform

TEXT = """arms: {sub: {}, deep: {model.depth: 2}}
baseline: sub
seeds: [0]
intervals: false
experiment: {train: {steps: 2}}
measure: {what: []}
tests: {clean: {degradation: bicubic, data.test: {use: folder, path: OTHER}}}
"""


@pytest.fixture
def pictures(base, tmp_path):
    """Images for these tests only, which may be changed."""
    shutil.copytree(base.parent, tmp_path / "own", ignore=shutil.ignore_patterns("*.yaml"))
    shutil.copytree(base.parent / "validate", tmp_path / "own" / "other")
    (tmp_path / "own" / "base.yaml").write_text(base.read_text().replace(str(base.parent), str(tmp_path / "own")))
    return tmp_path / "own"


@pytest.fixture
def study_of(study, pictures, catalog):
    """Return a function that plans a study on those images."""

    def study_of(*overrides, deep="model.depth: 2"):
        text = TEXT.replace("OTHER", str(pictures / "other")).replace("model.depth: 2", deep)
        return plan([study(text, base=pictures / "base.yaml")], overrides, catalog)

    return study_of


@pytest.fixture
def finished(study_of, catalog, tmp_path):
    """A folder in which the baseline has been trained and tested."""
    (name, trial), _ = study_of().trials.items()
    assert perform(prepare(trial, tmp_path / "study" / name, catalog).path, catalog)
    return tmp_path / "study"


def touch(folder):
    file = min(folder.iterdir())
    os.utime(file, ns=(1, 1))


def test_what_has_not_changed_is_not_spoken_of(study_of, finished):
    assert list(changed(study_of(), finished)) == []


def test_changed_images_are_named_with_their_trial(study_of, finished, pictures):
    (name, _) = study_of().trials
    touch(pictures / "train")
    touch(pictures / "test")
    assert list(changed(study_of(), finished)) == [
        f"{finished / name}: sub  seed 0: data.train and data.test have changed since it was trained; "
        "delete its folder to train it again"
    ]


def test_an_image_more_is_a_change_too(study_of, finished, pictures):
    shutil.copy(pictures / "test" / min(os.listdir(pictures / "test")), pictures / "validate" / "more.png")
    (line,) = changed(study_of(), finished)
    assert "data.validate has changed since it was trained" in line


def test_changed_images_of_a_test_are_named_with_it(study_of, finished, pictures):
    (name, _) = study_of().trials
    touch(pictures / "other")
    assert list(changed(study_of(), finished)) == [
        f"{finished / name}/tests/clean: sub  seed 0: data.test has changed since test 'clean'; "
        "delete its folder to make it again"
    ]
    shutil.rmtree(pictures / "other")  # and a missing file is reported by the trial that needs it
    assert list(changed(study_of(), finished)) == []


def test_the_weights_to_start_from_are_known_by_their_content(study_of, finished, catalog, tmp_path):
    (first, _) = study_of().trials
    start = tmp_path / "start.safetensors"
    shutil.copy(finished / first / "best.safetensors", start)
    started = study_of(f"experiment.start={start}", deep="loss: l1")
    name, trial = next(iter(started.trials.items()))
    folder = prepare(trial, finished / name, catalog)
    assert perform(folder.path, catalog)
    os.utime(start, ns=(1, 1))
    assert list(changed(started, finished)) == []
    shutil.copy(folder.best, start)
    (line,) = changed(started, finished)
    assert "start has changed since it was trained" in line


def test_a_trial_that_goes_on_was_begun_with_the_files_of_then(study_of, finished, catalog, pictures):
    (name, _) = study_of().trials
    folder = TrialFolder(finished / name)
    folder.summary.unlink()
    touch(pictures / "train")
    assert perform(Path(folder.path), catalog)
    assert len(list(changed(study_of(), finished))) == 1


def test_a_trial_of_an_earlier_version_noted_nothing(study_of, finished, pictures):
    (name, _) = study_of().trials
    TrialFolder(finished / name).inputs.unlink()
    touch(pictures / "train")
    assert list(changed(study_of(), finished)) == []
