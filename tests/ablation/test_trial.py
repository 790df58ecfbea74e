import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from srkit.ablation.folder import prepare
from srkit.ablation.trial import perform
from srkit.engine.checkpoint import load_weights
from srkit.records.environment import Environment

ONE = """arms: {sub: {}, deep: {model.depth: 2}}
baseline: sub
seeds: [0, 1]
experiment: {train: {steps: 6, checkpoint_every: 2, validate_every: 3}}
measure: {what: [M1, M2, M3, M4], every: 2}
tests: {clean: {degradation: bicubic}}
"""


@pytest.fixture
def trial(planned):
    return planned(ONE).blocks[0].arms[0].trials[0]


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_trial_leaves_a_run_with_measures_tests_and_costs(trial, catalog, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["srkit", "ablate", "study.yaml"])
    folder = prepare(trial, tmp_path / "t")
    assert not folder.complete(trial)
    assert not folder.environment.exists()  # of the machine that trains, which may be another than this
    monkeypatch.setattr("sys.argv", ["srkit", "trial", str(folder.path)])
    assert perform(folder.path, catalog)
    assert folder.complete(trial)
    rows = lines(folder.measures)
    assert [row["step"] for row in rows if row["measure"] == "M1"] == [0, 2, 4, 6]
    assert {row["measure"] for row in rows} == {"M1", "M1_layers", "M2", "M3_bias", "M3_variance", "M4"}
    assert {row["image"] for row in rows if row["measure"] == "M2"} == {"brushes", "chelsea"}
    cost = json.loads(folder.cost.read_text())
    assert cost["parameters"] == json.loads(folder.summary.read_text())["parameters"]
    assert cost["seconds_per_step"] > 0
    network = 9 * (8 + 64 + 256 + 4 * 8)  # embed, depth 1, sub-pixel, residual
    assert network * 640 * 360 < cost["multiply_adds"] < 1.1 * network * 640 * 360  # and the bicubic branch
    own, clean = lines(folder.scores), lines(folder.test("clean").scores)
    key = [(row["model"], row["image"], row["metric"]) for row in own]
    assert key == [(row["model"], row["image"], row["metric"]) for row in clean]
    assert own != clean
    protocol = json.loads(folder.test("clean").protocol.read_text())
    assert protocol == json.loads(folder.summary.read_text())["protocol"]
    assert protocol["psnr"]["border"] == 2
    machine = Environment.read(folder.environment)
    assert (machine.command, machine.device, machine.threads) == (("srkit", "ablate", "study.yaml"), "cpu", 1)


def test_measuring_does_not_change_what_is_learnt(planned, catalog, tmp_path):
    weights = []
    for every in (0, 1):
        trial = planned(ONE, f"measure.every={every}", "measure.what=[M1, M2]").blocks[0].arms[0].trials[0]
        folder = prepare(trial, tmp_path / str(every))
        assert perform(folder.path, catalog)
        weights.append(load_weights(folder.best)[0])
    assert all((weights[0][name] == weights[1][name]).all() for name in weights[0])


def test_an_untrained_network_leaves_no_grid_and_a_random_one_does(planned, catalog, tmp_path):
    text = "arms: {zero: {}, he: {model.residual_init: he}}\nbaseline: zero\nseeds: [0, 1]\nmeasure: {what: [M1]}"
    ripples = []
    for arm in planned(text, "experiment.model.upsampler={use: transposed_conv, kernel: 3}").blocks[0].arms:
        folder = prepare(arm.trials[0], tmp_path / arm.name)
        assert perform(folder.path, catalog)
        first = {row["measure"]: row["value"] for row in lines(folder.measures) if row["step"] == 0}
        assert first["M1_layers"] > 0.3
        ripples.append(first["M1"])
    assert ripples[0] < 1e-3 < 1 < ripples[1]


def test_a_failure_says_what_and_at_which_step(planned, catalog, tmp_path):
    trial = planned(ONE, "experiment.train.optimizer={use: sgd, lr: 1e30}").blocks[0].arms[0].trials[0]
    folder = prepare(trial, tmp_path / "t")
    assert not perform(folder.path, catalog)
    assert folder.error.read_text().startswith("step ")
    assert not folder.complete(trial)


def test_a_bug_keeps_its_traceback(trial, catalog, tmp_path, monkeypatch):
    folder = prepare(trial, tmp_path / "t")
    monkeypatch.setattr("srkit.ablation.trial.costs", lambda *_: 1 // 0)
    assert not perform(folder.path, catalog)
    assert folder.error.read_text().startswith("ZeroDivisionError: ")
    assert "Traceback" in folder.error.read_text()


def start(folder, **options):
    command = [sys.executable, "-m", "srkit", "trial", str(folder.path)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, env=os.environ | {"OMP_NUM_THREADS": "1"}, **options)


def wait_for(path, text, seconds=90):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if path.exists() and text in path.read_text():
            return
        time.sleep(0.01)
    raise AssertionError(f"{text!r} never came into {path}")


def test_a_killed_trial_ends_in_the_same_scores_and_measures(trial, catalog, tmp_path):
    straight, killed = (prepare(trial, tmp_path / name) for name in ("a", "b"))
    assert perform(straight.path, catalog)
    for mark in ('"train", "step": 3', '"train", "step": 5'):
        process = start(killed)
        wait_for(killed.log, mark)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdin.close()
    assert not killed.complete(trial)
    assert perform(killed.path, catalog)
    assert killed.scores.read_text() == straight.scores.read_text()
    assert killed.measures.read_text() == straight.measures.read_text()


def test_a_trial_ends_with_its_parent(trial, catalog, tmp_path):
    folder = prepare(trial, tmp_path / "t")
    process = start(folder, stderr=subprocess.PIPE)
    wait_for(folder.log, '"train", "step": 1')
    process.stdin.close()
    assert process.wait(10) == 1
    with process.stderr as said:
        assert said.read().endswith(b"stopped: its launcher closed its standard input, or ended\n")
    assert not folder.error.exists()


def test_two_processes_are_never_at_one_trial(trial, catalog, tmp_path, monkeypatch):
    """A process whose parent was killed may still be writing when the study is started again."""
    fcntl, begun = pytest.importorskip("fcntl", reason="wants file locks"), threading.Event()
    monkeypatch.setattr("srkit.ablation.trial._perform", lambda *_: begun.set())
    folder = prepare(trial, tmp_path / "t")
    with open(folder.path / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = threading.Thread(target=perform, args=(folder.path, catalog))
        second.start()
        assert not begun.wait(0.5)
    second.join(60)
    assert begun.is_set()
