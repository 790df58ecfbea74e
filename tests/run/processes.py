"""``srkit run`` as several processes, as torchrun starts them."""

import json
import os
import socket
import subprocess
import sys

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
    common = {**os.environ, "WORLD_SIZE": str(size), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
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
