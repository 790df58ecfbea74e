import os
import shutil

import pytest

from srkit.ablation.execute import waiting
from srkit.ablation.folder import TrialFolder, prepare
from srkit.ablation.inputs import changed
from srkit.ablation.plan import plan
from srkit.ablation.trial import perform
from srkit.errors import ConfigError
from srkit.image import files

TEXT = """arms: {sub: {}, deep: {model.depth: 2}}
baseline: sub
seeds: [0]
intervals: false
experiment: {train: {steps: 2}}
measure: {what: []}
tests: {clean: {degradation: bicubic, data.test: {use: folder, path: OTHER}}}
"""


@pytest.fixture
def pictures(tiny_config, tmp_path):
    """Images for these tests only, which may be changed."""
    shutil.copytree(tiny_config.parent, tmp_path / "own", ignore=shutil.ignore_patterns("*.yaml"))
    shutil.copytree(tiny_config.parent / "validate", tmp_path / "own" / "other")
    text = tiny_config.read_text().replace(str(tiny_config.parent), str(tmp_path / "own"))
    (tmp_path / "own" / "base.yaml").write_text(text)
    return tmp_path / "own"


@pytest.fixture
def study_of(study, pictures, catalog):
    """Return a function that plans a study on those images."""

    def study_of(*overrides, deep="model.depth: 2", pictures=pictures):
        text = TEXT.replace("OTHER", str(pictures / "other")).replace("model.depth: 2", deep)
        return plan([study(text, base=pictures / "base.yaml")], overrides, catalog)

    return study_of


@pytest.fixture
def finished(study_of, catalog, tmp_path):
    """A folder in which the baseline has been trained and tested."""
    (name, trial), _ = study_of().trials.items()
    assert perform(prepare(trial, tmp_path / "study" / name).path, catalog)
    return tmp_path / "study"


def touch(folder):
    file = min(folder.iterdir())
    os.utime(file, ns=(1, 1))


def repaint(folder):
    """Change one pixel of one image."""
    file = min(folder.iterdir())
    pixels = files.read(file).copy()
    pixels[0, 0] ^= 1
    files.write(file, pixels)


def move(pictures, tmp_path):
    """Move the images and their config to another folder, and return it."""
    there = tmp_path / "elsewhere" / "deeper"
    there.parent.mkdir()
    shutil.move(pictures, there)
    config = there / "base.yaml"
    config.write_text(config.read_text().replace(str(pictures), str(there)))
    return there


def test_a_study_whose_files_have_not_changed_is_complete(study_of, finished, pictures):
    touch(pictures / "train")
    touch(pictures / "other")
    planned = study_of()
    assert list(changed(planned, finished)) == []
    assert waiting(planned, finished) == list(planned.trials)[1:]


def test_a_study_that_was_moved_finds_its_trials(study_of, finished, pictures, tmp_path):
    there = move(pictures, tmp_path)
    study = shutil.move(finished, tmp_path / "elsewhere" / "runs")
    planned = study_of(pictures=there)
    assert list(changed(planned, study)) == []
    assert waiting(planned, study) == list(planned.trials)[1:]
    repaint(there / "validate")
    assert len(list(changed(study_of(pictures=there), study))) == 1


def test_an_interrupted_trial_that_was_moved_goes_on(study_of, finished, catalog, pictures, tmp_path):
    (name, _) = study_of().trials
    (finished / name / "summary.json").unlink()
    state = (finished / name / "last.pt").stat().st_mtime_ns
    there = move(pictures, tmp_path)
    trial = study_of(pictures=there).trials[name]
    assert perform(prepare(trial, finished / name).path, catalog)
    assert (finished / name / "last.pt").stat().st_mtime_ns == state  # not trained again


def test_changed_images_are_named_with_their_trial(study_of, finished, pictures):
    (name, _) = study_of().trials
    repaint(pictures / "train")
    repaint(pictures / "test")
    (again, _) = study_of().trials
    assert again != name
    assert list(changed(study_of(), finished)) == [
        f"{finished / name}: sub  seed 0: data.train and data.test have changed since it was trained; "
        f"it is trained again in {again}"
    ]


def test_an_image_more_is_a_change_too(study_of, finished, pictures):
    shutil.copy(pictures / "test" / min(os.listdir(pictures / "test")), pictures / "validate" / "more.png")
    (line,) = changed(study_of(), finished)
    assert "data.validate has changed since it was trained" in line


def test_changed_images_of_a_test_are_named_with_it(study_of, finished, pictures, catalog):
    name, trial = next(iter(study_of().trials.items()))
    repaint(pictures / "other")
    line = f"{finished / name}/tests/clean: sub  seed 0: data.test has changed since test 'clean'; it is made again"
    assert list(changed(study_of(), finished)) == [line]
    folder = prepare(study_of().trials[name], finished / name)
    assert not folder.complete(study_of().trials[name])
    assert perform(folder.path, catalog)
    assert list(changed(study_of(), finished)) == []
    assert not folder.complete(trial)  # the test as it was


def test_a_test_without_images_is_refused_before_anything_runs(study_of, pictures):
    shutil.rmtree(pictures / "other")
    with pytest.raises(ConfigError, match=r"study\.yaml:\d+: tests\.clean: .*other: "):
        study_of()


def test_the_weights_to_start_from_are_known_by_their_content(study_of, finished, catalog, tmp_path):
    (first, _) = study_of().trials
    start, copy = tmp_path / "start.safetensors", tmp_path / "copy.safetensors"
    shutil.copy(finished / first / "best.safetensors", start)
    name, trial = next(iter(study_of(f"experiment.start={start}", deep="loss: l1").trials.items()))
    assert name != first
    folder = prepare(trial, finished / name)
    assert perform(folder.path, catalog)
    start.rename(copy)
    moved = study_of(f"experiment.start={copy}", deep="loss: l1")
    assert list(changed(moved, finished)) == []
    assert waiting(moved, finished) == list(moved.trials)[1:]
    shutil.copy(folder.best, copy)
    (line,) = changed(study_of(f"experiment.start={copy}", deep="loss: l1"), finished)
    assert line.startswith(f"{folder.path}: sub  seed 0: start has changed since it was trained")


def test_arms_on_the_same_images_in_two_places_share_a_trial(study_of, pictures, tmp_path):
    shutil.copytree(pictures / "train", tmp_path / "copy")
    use = f"data.train: {{use: folder, path: {tmp_path / 'copy'}}}"
    assert len(study_of(deep=use).trials) == 1
    repaint(tmp_path / "copy")
    assert len(study_of(deep=use).trials) == 2


def test_files_that_change_after_the_plan_stop_the_trial(study_of, catalog, pictures, tmp_path):
    name, trial = next(iter(study_of().trials.items()))
    folder = prepare(trial, tmp_path / "study" / name)
    repaint(pictures / "train")
    assert not perform(folder.path, catalog)
    assert folder.error.read_text() == (
        f"{folder.inputs}: data.train has changed since the study was planned; start the study again\n"
    )


def test_a_folder_that_no_study_made_is_not_spoken_of(study_of, finished, pictures):
    (name, _) = study_of().trials
    TrialFolder(finished / name).inputs.unlink()
    repaint(pictures / "train")
    assert list(changed(study_of(), finished)) == []
