"""``srkit run`` as two processes, as torchrun starts them, trains what one process trains."""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest
import torch

from srkit.engine.checkpoint import load_training, load_weights

OPTIONS = ("train.steps=50", "train.validate_every=25", "train.ema=0.9", "train.device=cpu", "train.precision=fp32")
ADVERSARIAL = (
    "train.steps=5",
    "train.validate_every=0",
    "train.batch=4",
    "train.regime={use: adversarial, discriminator: {use: patchgan, levels: 1, features: 8, norm: batch}, r1: 1.0}",
    "model={use: srresnet, blocks: 1, features: 8, norm: batch}",
)


FAULTS = """
import os, sys
from srkit.cli import main
from srkit.data.stream import Stream
from srkit.errors import CheckpointError, ImageError
from srkit.run import checkpoint

fault, first = sys.argv.pop(1), os.environ["RANK"] == "0"

def prepare(self, step, made=Stream.prepare):
    if step == 5 and not first and fault == "image":
        raise ImageError("bad.png: cannot be decoded")
    pair = made(self, step)
    if step == 5 and not first and fault == "nan":
        pair.high.mul_(float("nan"))
    return pair

def save(path, state, made=checkpoint.save_training):
    if fault == "disk" and state["state"]["step"] == 4:
        raise CheckpointError(f"{path}: cannot be written: No space left on device")
    made(path, state)

Stream.prepare, checkpoint.save_training = prepare, save
main.main()
"""
"""``srkit run`` with a fault in one process, whose name is the first word."""


def start(words, size, fault=None):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    common = {
        **os.environ,
        "WORLD_SIZE": str(size),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "SRKIT_PLUGINS": "",
    }
    program = ["-m", "srkit"] if fault is None else ["-c", FAULTS, fault]
    return [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", *program, "run", *words],
            env={**common, "RANK": str(rank), "LOCAL_RANK": str(rank), "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for rank in range(size)
    ]


def finish(processes):
    return [(process.communicate(timeout=400)[0], process.returncode) for process in processes]


def log(folder, event):
    if not (folder / "log.jsonl").exists():
        return []
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines() if line.endswith("}")]
    return [line for line in lines if line["event"] == event]


def weights(folder, *keys):
    state = load_training(folder / "last.pt")["state"]
    for key in keys:
        state = state[key]
    return state


def scores(folder):
    return [json.loads(line) for line in (folder / "scores.jsonl").read_text().splitlines()]


def agree(first, second, tolerance=1e-5):
    assert first.keys() == second.keys()
    for name, value in first.items():
        torch.testing.assert_close(second[name], value, atol=tolerance, rtol=tolerance)


@pytest.mark.slow
def test_two_processes_train_what_one_does(tiny_config, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    (alone,) = finish(start([str(tiny_config), *OPTIONS, "--output", str(one)], 1))
    assert alone[1] == 0, alone[0]
    both = finish(start([str(tiny_config), *OPTIONS, "--output", str(two)], 2))
    assert [code for _, code in both] == [0, 0], both
    assert ["report:" in printed for printed, _ in both] == [True, False]
    assert both[1][0] == ""  # only the first process prints
    for event, names in (("train", ("loss", "grad_norm", "lr")), ("validate", ("psnr", "ssim", "best"))):
        first, second = log(one, event), log(two, event)
        assert [line["step"] for line in first] == [line["step"] for line in second]
        for mine, other in zip(first, second, strict=True):
            for name in names:
                assert other[name] == pytest.approx(mine[name], rel=1e-5, abs=1e-6)
    agree(*(load_weights(folder / "best.safetensors")[0] for folder in (one, two)))
    agree(*(weights(folder, "model") for folder in (one, two)))
    for mine, other in zip(scores(one), scores(two), strict=True):
        assert other.pop("value") == pytest.approx(mine.pop("value"), abs=1e-3)  # dB; pixels are rounded to 8 bits
        assert mine == other
    assert {path.name for path in (one / "pictures").rglob("*")} == {
        path.name for path in (two / "pictures").rglob("*")
    }
    assert len(load_training(two / "last.pt")["generators"]) == 2


@pytest.mark.slow
def test_batch_norms_of_a_network_and_a_discriminator_see_the_rows_of_both_processes(tiny_config, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for folder, size in ((one, 1), (two, 2)):
        ended = finish(start([str(tiny_config), *OPTIONS, *ADVERSARIAL, "--output", str(folder)], size))
        assert [code for _, code in ended] == [0] * size, ended
    for network in ("generator", "discriminator"):
        first, second = (weights(folder, network, "model") for folder in (one, two))
        assert any("running_var" in name for name in first)
        # the gradient of a bias before a batch norm is rounding alone, which Adam enlarges
        kept = [name for name in first if name.endswith(("weight", "running_var"))]
        agree({name: first[name] for name in kept}, {name: second[name] for name in kept}, 1e-5)


@pytest.mark.slow
def test_a_run_whose_processes_are_killed_five_times_ends_as_one_that_was_not(tiny_config, tmp_path):
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    words = [str(tiny_config), *OPTIONS]
    assert [code for _, code in finish(start([*words, "--output", str(straight)], 2))] == [0, 0]
    chance = random.Random(0)
    now = [*words, "--output", str(killed)]
    for victim in (0, 1, *chance.choices((0, 1), k=3)):
        enough = len(log(killed, "train")) + chance.randint(2, 8)
        running = start(now, 2)
        while len(log(killed, "train")) < enough:
            assert running[0].poll() is None, finish(running)
            time.sleep(0.01)
        running[victim].kill()
        began = time.monotonic()
        said, code = finish([running[1 - victim]])[0]
        assert time.monotonic() - began < 60  # seconds, on a busy machine
        assert code == 2
        assert said.count("torchrun: wants all processes to the end, but another one has ended") == 1, said
        assert "Traceback" not in said
        finish([running[victim]])
        now = ["--resume", str(killed)]
    alone = tmp_path / "alone"
    shutil.copytree(killed, alone)
    assert [code for _, code in finish(start(now, 2))] == [0, 0]
    assert all(
        torch.equal(value, weights(killed, "model")[name]) for name, value in weights(straight, "model").items()
    )
    assert [code for _, code in finish(start(["--resume", str(alone)], 1))] == [0]
    agree(weights(straight, "model"), weights(alone, "model"))


@pytest.mark.slow
def test_two_processes_stop_together_and_go_on(tiny_config, tmp_path):
    left = tmp_path / "left"
    running = start([str(tiny_config), *OPTIONS, "train.steps=1000", "--output", str(left)], 2)
    while len(log(left, "train")) < 3:
        assert running[0].poll() is None
        time.sleep(0.01)
    running[1].send_signal(signal.SIGINT)  # one of them alone
    stopped = finish(running)
    assert [code for _, code in stopped] == [130, 130], stopped
    assert sum(said.count("interrupted") for said, _ in stopped) == 1
    assert f"go on with: srkit run --resume {left}" in stopped[0][0]
    assert 3 <= load_training(left / "last.pt")["state"]["step"] < 1000


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "message", "saved"),
    [
        ("image", "bad.png: cannot be decoded\n    in process 1 of 2, on ", 5),
        ("nan", "step 6: wants a finite loss, got nan with lr 0.001 on crops of ", 4),
        ("disk", "last.pt: cannot be written: No space left on device", 2),
    ],
)
def test_the_fault_of_one_process_ends_both_with_one_message(tiny_config, fault, message, saved, tmp_path):
    words = [str(tiny_config), *OPTIONS, "train.checkpoint_every=2", "--output", str(tmp_path / "run")]
    ended = finish(start(words, 2, fault))
    assert [code for _, code in ended] == [2, 2], ended
    everything = "".join(said for said, _ in ended)
    assert everything.count(message) == 1, everything
    assert "Traceback" not in everything
    assert "torchrun: wants" not in everything
    assert load_training(tmp_path / "run" / "last.pt")["state"]["step"] == saved


@pytest.mark.slow
def test_torchrun_quotes_the_message_and_refuses_other_commands(tiny_config, tmp_path):
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "-m", "srkit"]
    words = ["run", str(tiny_config), "train.batch=3", "--output", str(tmp_path / "run")]
    refused = subprocess.run([*torchrun, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert refused.returncode == 1  # torchrun's own
    wanted = "train.batch: wants a multiple of the 2 processes, got 3; 2 would do, or start 1 process"
    first, *report = refused.stdout.split("ChildFailedError")
    assert first.count(wanted) == 1, refused.stdout
    assert wanted in "".join(report)
    assert not (tmp_path / "run").exists()
    refused = subprocess.run(
        [*torchrun, "ablate", "study.yaml"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    wanted = (
        "torchrun: wants srkit run, found srkit ablate, which works in one process; start it without torchrun; "
        "it trains several trials at a time by --jobs"
    )
    assert refused.stdout.count(wanted) == 1, refused.stdout
