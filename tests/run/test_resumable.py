import re
from pathlib import Path

import pytest
import torch

from srkit.cli.experiment import read_experiment
from srkit.engine.checkpoint import load_training
from srkit.errors import RunError
from srkit.run import build, train
from srkit.run.resumable import MAY_CHANGE, changes

LONG = ("train.steps=8", "train.checkpoint_every=4")
SAMPLES = [f"data.{use}={{use: samples, split: {use}}}" for use in ("train", "validate", "test")]


def left_at(run, step):
    """Leave a run at a step, or at once."""
    for record in (records := train(*run)):
        if record.step == step:
            records.close()


def changed(folder, *overrides):
    """Open a run folder as if its config had been edited."""
    experiment, _, catalog = read_experiment([str(folder.config), *overrides])
    return experiment, build(experiment, catalog), folder


def test_a_run_does_not_go_on_with_another_config(prepare, reopen):
    run = prepare("run", *LONG, *SAMPLES)
    left_at(run, 4)
    before = run[-1].last.read_bytes(), run[-1].log.read_bytes()
    with pytest.raises(RunError) as error:
        list(train(*changed(run[-1], "train.steps=16", "train.optimizer.lr=1e-7", "data.train.split=test")))
    assert str(error.value).splitlines() == [
        f"{run[-1].config}: wants the config and images of the training so far, found:",
        "    train.steps: was 8, is now 16",
        "    train.optimizer.lr: was 0.001, is now 1e-07",
        "    data.train.split: was 'train', is now 'test'",
        f"    restore the former values, or make a new run with start={run[-1].best}",
    ]
    assert (run[-1].last.read_bytes(), run[-1].log.read_bytes()) == before
    assert list(train(*reopen(run[-1])))[-1].step == 8


def test_what_is_learnt_does_not_depend_on_may_change(prepare):
    straight, run = (prepare(name, *LONG, *SAMPLES) for name in ("straight", "run"))
    list(train(*straight))
    left_at(run, 4)
    edited = changed(
        run[-1],
        "name=other",
        "train.validate_every=5",
        "train.checkpoint_every=1",
        "train.log_every=2",
        "train.workers=0",
        "train.patience=9",
        "train.guard=50",
        "train.device=cpu",
        "data.memory=0.5",
        "data.test.split=validate",
        "trackers=[csv]",
    )
    list(train(*edited))
    states = [load_training(one[-1].last) for one in (straight, run)]
    weights = [state["state"]["model"] for state in states]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    assert states[1]["config"]["train"]["validate_every"] == 5


def test_the_docs_list_what_may_be_edited():
    text = (Path(__file__).parents[2] / "docs" / "config.md").read_text(encoding="utf-8")
    listed = text.partition("What is learnt does not depend on")[2].partition("those may be edited")[0]
    assert set(re.findall("`([^`]+)`", listed)) == MAY_CHANGE


def test_psnr_of_another_protocol_does_not_choose_among_the_weights_of_before(prepare):
    run = prepare("run", *LONG)
    left_at(run, 4)
    with pytest.raises(RunError, match=r"metrics\.0\.border: was None, is now 9"):
        list(train(*changed(run[-1], "metrics=[{use: psnr, border: 9}, ssim]")))


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        (
            {"loss": {"terms": {"a": 1}}},
            {"loss": {"terms": {"a": 1, "b": 2}}},
            "loss.terms.b: was not given, is now 2",
        ),
        ({"loss": {"terms": {"a": 1}}}, {"loss": {"terms": {}}}, "loss.terms.a: was 1, is now not given"),
        (
            {"model": {"of": [{"use": "x"}]}},
            {"model": {"of": [{"use": "y"}]}},
            "model.of.0.use: was 'x', is now 'y'",
        ),
        ({"model": {"of": [1, 2]}}, {"model": {"of": [1]}}, "model.of: was [1, 2], is now [1]"),
        ({"start": None}, {"start": "a.safetensors"}, "start: was None, is now 'a.safetensors'"),
    ],
)
def test_a_change_is_shown_where_it_is(before, now, found):
    assert list(changes(before, now)) == [found]
    assert list(changes(now, now)) == []


def test_files_count_by_their_content_and_not_by_their_place():
    before = {
        "data": {"train": {"use": "folder", "path": "/a"}},
        "start": "/w",
        "loss": {"use": "x", "weights": "/v"},
    }
    now = {"data": {"train": {"use": "folder", "path": "/b"}}, "start": "/x", "loss": {"use": "x", "weights": "/y"}}
    digests = {"data.train": "1", "start": "2", "loss.weights": "3"}
    assert list(changes(before, now, (digests, digests))) == []
    others = dict.fromkeys(digests, "4")
    assert list(changes(before, before, (digests, others))) == [
        "data.train: has other images than at the start of the run",
        "start: has other content than at the start of the run",
        "loss.weights: has other content than at the start of the run",
    ]
    assert list(changes(before, now, (digests, others))) == [
        "data.train.path: was '/a', is now '/b'",
        "start: was '/w', is now '/x'",
        "loss.weights: was '/v', is now '/y'",
    ]
    assert list(changes(before, before, (digests, {}))) == []  # a file that is gone was read at the start


def test_another_srkit_may_have_more_options():
    before, now = {"train": {"lr": 1}}, {"train": {"lr": 2, "new": 3}}
    assert list(changes(before, now, newer=True)) == ["train.lr: was 1, is now 2"]


def test_a_run_goes_on_with_a_srkit_that_has_more_options(prepare, reopen):
    run = prepare("run", *LONG)
    left_at(run, 4)
    saved = load_training(run[-1].last)
    del saved["config"]["train"]["clip"]
    torch.save(saved, run[-1].last)
    with pytest.raises(RunError, match="clip: was not given, is now None"):
        list(train(*reopen(run[-1])))
    torch.save({**saved, "srkit": "0.0.1"}, run[-1].last)
    assert list(train(*reopen(run[-1])))[-1].step == 8
