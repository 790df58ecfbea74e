"""A run against a discriminator: it goes on exactly wherever it was stopped, and is watched."""

import json
import random
import subprocess
import sys

import pytest
import torch

from srkit.engine.checkpoint import load_training, load_weights
from srkit.errors import CheckpointError, ConfigError, TrainingError
from srkit.run import train
from srkit.run.build import recipe
from srkit.training import ON_CPU

SMALL = (
    "train.regime={use: adversarial, gan: relativistic, r1: 1, r1_every: 3, optimizer: muon}",
    "train.regime.discriminator_steps=2",
    "train.regime.discriminator={use: vgg128, features: 2, levels: 3, hidden: 4, norm: spectral}",
    "train.ema=0.9",
    "train.steps=9",
    "train.validate_every=5",
    "train.checkpoint_every=0",
    "train.patch=16",
    "loss={use: weighted, terms: {pixel: {loss: l1}, sharp: {loss: mse, balance: pixel}}}",
)
BATCHED = (*SMALL, "train.regime.discriminator.norm=batch", "train.regime.optimizer={use: adam, lr: 1e-3}")


def equal(one, other):
    """Whether two states are equal, bit by bit, tensors and plain values alike."""
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(equal(one[name], other[name]) for name in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(equal, one, other))
    return one == other or (one != one and other != other)  # nan is the best value where the last weights are kept


def same_run(one, other):
    """Assert that both runs ended with equal networks, optimizers, buffers, generators, best weights and logs."""
    states = [load_training(run[-1].last) for run in (one, other)]
    for state in states:
        state["progress"]["seconds"] = 0
        del state["config"]["name"]
    for name in states[0]:
        assert equal(states[0][name], states[1][name]), name
    assert equal(*(load_weights(run[-1].best)[0] for run in (one, other)))
    rows = [[json.loads(line) for line in run[-1].log.read_text().splitlines()] for run in (one, other)]
    for row in rows[0] + rows[1]:
        for clock in ("seconds", "seconds_per_step", "images_per_second"):
            row.pop(clock, None)
    one_log, other_log = ([row for row in log if row["event"] != "plan"] for log in rows)
    assert one_log == other_log


def leave_after(records, count):
    """Leave a run after so many records, if there are more."""
    for _ in zip(range(count), records, strict=False):
        pass
    left = next(records, None) is not None
    records.close()
    return left


@pytest.mark.parametrize("options", [SMALL, BATCHED], ids=["spectral", "batch"])
def test_a_run_that_is_left_or_killed_anywhere_ends_in_equal_bits(prepare, reopen, options):
    straight, broken = prepare("straight", *options), prepare("broken", *options)
    list(train(*straight))
    chance, stops = random.Random(0), 0
    leave_after(train(*broken), 2)
    while not load_training(broken[-1].last)["progress"]["finished"]:
        kept = broken[-1].last.read_bytes()
        if leave_after(train(*reopen(broken[-1])), chance.randint(2, 5)):
            stops += 1
            if chance.random() < 0.3:
                broken[-1].last.write_bytes(kept)  # as after SIGKILL: what came later is lost
    assert stops >= 3
    same_run(straight, broken)


KILL = """
import os, random, signal, sys, time, torch
from pathlib import Path
from srkit.cli.experiment import read_experiment
from srkit.run import RunFolder, build, train

torch.set_num_threads(1)  # as in the run that is not killed: the last bits depend on it

def go_on(folder):
    experiment, _, catalog = read_experiment([str(folder.config)])
    for _ in train(experiment, build(experiment, catalog), folder):
        pass

def saved(folder):
    return folder.last.stat().st_mtime_ns if folder.last.exists() else 0

folder, chance, kills, status = RunFolder.open(Path(sys.argv[1])), random.Random(1), 0, -1
while os.WIFSIGNALED(status) or status < 0:
    before, child = saved(folder), os.fork()
    if child == 0:
        go_on(folder)
        os._exit(0)
    ended = 0
    while not ended:
        ended, status = os.waitpid(child, os.WNOHANG)
        if not ended and kills < 4 and saved(folder) != before:
            time.sleep(chance.uniform(0, 0.1))
            os.kill(child, signal.SIGKILL)
            ended, status = os.waitpid(child, 0)
            kills += os.WIFSIGNALED(status)
        time.sleep(0.001)
print(kills, os.WEXITSTATUS(status))
"""


@pytest.mark.slow
def test_a_run_that_is_killed_four_times_ends_in_equal_bits(prepare):
    options = (*SMALL, "train.steps=30", "train.checkpoint_every=1", "train.validate_every=12")
    straight, broken = prepare("straight", *options), prepare("broken", *options)
    list(train(*straight))
    words = [sys.executable, "-W", "ignore", "-c", KILL, str(broken[-1].path)]
    said = subprocess.run(words, capture_output=True, text=True, timeout=100, check=True)
    assert said.stdout.split() == ["4", "0"], said
    same_run(straight, broken)


def test_its_last_weights_are_kept_unless_a_metric_is_named(prepare):
    """PSNR would choose the weights of the start, before the discriminator has taught anything."""
    run = prepare("run", *SMALL, "train.steps=8", "train.validate_every=2", "train.optimizer.lr=0.05")
    assert (run[0].train.select, run[1].select.metric) == (None, "last")
    list(train(*run))
    assert load_weights(run[-1].best)[1]["step"] == 8
    named = prepare("named", *SMALL, "train.select=ssim")
    assert named[1].select.metric == "ssim"
    supervised = prepare("supervised")
    assert supervised[1].select.metric == "psnr"


def test_patience_wants_a_metric(prepare):
    with pytest.raises(ConfigError) as error:
        prepare("run", *SMALL, "train.patience=2")
    assert str(error.value) == (
        "config: train.patience: patience wants a metric in select, by which weights are better or not, got "
        "select: last"
    )
    prepare("with a metric", *SMALL, "train.patience=2", "train.select=ssim")


def test_its_crops_are_those_of_all_batches_and_its_records_have_both_networks(prepare):
    run = prepare("run", *SMALL, "train.steps=4")
    records = list(train(*run))
    assert records[0].values["crops"] == 4 * 2 * 2
    record = next(one for one in records if one.event == "train")
    names = {"loss", "loss.pixel", "loss.sharp", "loss.adversarial", "loss.discriminator", "lr", "lr.discriminator"}
    assert names <= record.values.keys()


def test_a_budget_in_minutes_leaves_no_trace_of_the_steps_that_measured_it(prepare):
    timed = prepare("timed", *SMALL, "train.steps=null", "train.minutes=0.01")
    list(train(*timed))
    steps = load_training(timed[-1].last)["state"]["generator"]["step"]
    again = prepare("again", *SMALL, f"train.steps={steps}")
    list(train(*again))
    one, other = (load_training(run[-1].last)["state"] for run in (timed, again))
    assert equal(one, other)


def test_a_failure_stops_the_run_with_its_state_saved_and_a_resume_goes_on(prepare, reopen, monkeypatch):
    monkeypatch.setattr("srkit.engine.rivalry.WINDOW", 3)
    monkeypatch.setattr("srkit.engine.rivalry.WON", 1e3)
    run = prepare("run", *SMALL, "train.regime.won=5", "train.steps=13")
    for step in (6, 12):
        with pytest.raises(TrainingError, match=f"^step {step}: wants a discriminator loss of at least"):
            list(train(*run))
        assert load_training(run[-1].last)["state"]["generator"]["step"] == step
        run = reopen(run[-1])
    list(train(*run))
    assert load_training(run[-1].last)["progress"]["finished"]


def test_the_state_of_a_training_alone_is_no_state_of_two(prepare):
    run, alone = prepare("run", *SMALL, "train.steps=2"), prepare("alone", "train.steps=2")
    list(train(*alone))
    state = load_training(alone[-1].last)["state"]
    regime = run[0].train.regime(run[1].model, recipe(run[0], run[1].loss), 2, ON_CPU)
    with pytest.raises(CheckpointError) as error:
        regime.load_state_dict(state, "last.pt")
    assert str(error.value) == (
        "last.pt: wants the state of an adversarial training, found no generator, discriminator, rivalry"
    )
