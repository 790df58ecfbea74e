"""``srkit run`` as two processes, as torchrun starts them, trains what one process trains."""

import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
import torch

from srkit.engine.checkpoint import load_training, load_weights

OPTIONS = ("train.steps=20", "train.validate_every=10", "train.ema=0.9", "train.device=cpu", "train.precision=fp32")


def start(words, size):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    common = {**os.environ, "WORLD_SIZE": str(size), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    return [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "srkit", "run", *words],
            env={**common, "RANK": str(rank), "LOCAL_RANK": str(rank), "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for rank in range(size)
    ]


def finish(processes):
    return [(process.communicate(timeout=200)[0], process.returncode) for process in processes]


def log(folder, event):
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return [line for line in lines if line["event"] == event]


@pytest.mark.slow
def test_two_processes_train_what_one_does(tiny_config, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    (alone,) = finish(start([str(tiny_config), *OPTIONS, "--output", str(one)], 1))
    assert alone[1] == 0, alone[0]
    both = finish(start([str(tiny_config), *OPTIONS, "--output", str(two)], 2))
    assert [code for _, code in both] == [0, 0], both
    assert ["report:" in printed for printed, _ in both] == [True, False]  # only the first process prints
    for event, names in (("train", ("loss", "grad_norm", "lr")), ("validate", ("psnr", "ssim", "best"))):
        first, second = log(one, event), log(two, event)
        assert [line["step"] for line in first] == [line["step"] for line in second]
        for mine, other in zip(first, second, strict=True):
            for name in names:
                assert other[name] == pytest.approx(mine[name], rel=1e-5, abs=1e-6)
    weights = [load_weights(folder / "best.safetensors")[0] for folder in (one, two)]
    for name, value in weights[0].items():
        torch.testing.assert_close(value, weights[1][name], atol=1e-5, rtol=1e-5)
    assert len(load_training(two / "last.pt")["generators"]) == 2


@pytest.mark.slow
def test_two_processes_stop_together_and_go_on(tiny_config, tmp_path):
    straight, left = tmp_path / "straight", tmp_path / "left"
    words = [str(tiny_config), *OPTIONS, "train.steps=60"]
    assert [code for _, code in finish(start([*words, "--output", str(straight)], 2))] == [0, 0]
    running = start([*words, "--output", str(left)], 2)
    while not (left / "log.jsonl").exists() or len(log(left, "train")) < 3:
        assert running[0].poll() is None
        time.sleep(0.01)
    running[1].send_signal(signal.SIGINT)  # one of them alone
    stopped = finish(running)
    assert [code for _, code in stopped] == [130, 130], stopped
    step = load_training(left / "last.pt")["state"]["step"]
    assert 3 <= step < 60
    assert [code for _, code in finish(start(["--resume", str(left)], 2))] == [0, 0]
    one, other = (load_training(folder / "last.pt")["state"]["model"] for folder in (straight, left))
    assert all(torch.equal(value, other[name]) for name, value in one.items())
