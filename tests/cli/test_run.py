import json
import os
import random
import re
import signal
import time
from pathlib import Path

import torch
from safetensors.torch import load_file

from srkit.engine.checkpoint import load_training

TINY = Path(__file__).parents[2] / "configs" / "tiny.yaml"
LONG = ("train.steps=60", "train.checkpoint_every=5", "train.validate_every=25", "train.ema=0.9")


def test_a_run_ends_in_a_table_and_a_report(srkit, tmp_path):
    code, out, err = srkit("run", TINY, "--output", tmp_path / "run")
    assert (code, err) == (0, "")
    assert f"report: {tmp_path}/run/report.html" in out.replace("\n", "")
    assert re.search(r"PSNR \(dB\) +\d\d\.\d\d +\d\d\.\d\d +[+-]\d\.\d\d", out)
    assert "border 2" in out
    assert {path.name for path in (tmp_path / "run").iterdir()} >= {
        "config.yaml",
        "environment.json",
        "log.jsonl",
        "scores.jsonl",
        "summary.json",
        "best.safetensors",
        "last.pt",
        "report.md",
        "report.html",
    }
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert {"scores", "baseline_scores", "gain", "steps", "seconds"} <= summary.keys()
    environment = json.loads((tmp_path / "run" / "environment.json").read_text())
    assert {"srkit", "plugins", "torch", "python", "cpu", "seed"} <= environment.keys()


def test_the_default_folder_is_named_after_the_config(srkit, tiny_config, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert srkit("run", tiny_config, "--quiet")[0] == 0
    (folder,) = (tmp_path / "runs" / "tiny").iterdir()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d", folder.name)
    assert "depth: 1" in (folder / "config.yaml").read_text()
    assert "negative_slope: 0.2" in (folder / "config.yaml").read_text()  # a default, written out


def test_a_name_never_leads_out_of_the_folder_of_runs(srkit, tiny_config, tmp_path, monkeypatch):
    inside = tmp_path / "inside"
    inside.mkdir()
    monkeypatch.chdir(inside)
    assert srkit("run", tiny_config, "name=../../x4, a/b", "train.steps=1", "--quiet")[0] == 0
    assert [path.name for path in tmp_path.iterdir()] == ["inside"]
    (folder,) = (inside / "runs" / "x4- a-b").iterdir()
    assert "name: ../../x4, a/b" in (folder / "config.yaml").read_text()


def test_a_finished_run_is_only_reported_again(srkit, finished):
    before = (finished / "best.safetensors").stat().st_mtime_ns
    (finished / "report.html").unlink()
    assert srkit("run", "--resume", finished, "--quiet")[0] == 0
    assert (finished / "report.html").exists()
    assert (finished / "best.safetensors").stat().st_mtime_ns == before


def steps_done(folder):
    log = folder / "log.jsonl"
    lines = log.read_text().splitlines() if log.exists() else []
    return max([0, *(json.loads(line)["step"] for line in lines[:-1])])


def test_a_run_killed_at_random_resumes_to_equal_bits(start, srkit, tiny_config, tmp_path):
    straight, killed, chance = tmp_path / "straight", tmp_path / "killed", random.Random(0)
    assert srkit("run", tiny_config, *LONG, "--output", straight, "--quiet")[0] == 0
    words = (tiny_config, *LONG, "--output", killed)
    for after in (chance.randrange(1, 20), chance.randrange(20, 40), chance.randrange(40, 55)):
        process = start("run", *words)
        while process.poll() is None and steps_done(killed) < after:
            time.sleep(0.005)
        time.sleep(chance.random() * 0.03)
        process.send_signal(signal.SIGKILL)
        said = process.communicate()
        assert process.returncode == -signal.SIGKILL, said
        words = ("--resume", killed)
    resumed = start("run", *words)
    said = resumed.communicate()
    assert resumed.returncode == 0, said
    states = [load_training(folder / "last.pt")["state"] for folder in (straight, killed)]
    for part in (lambda s: s["model"], lambda s: s["ema"]["module"]):
        wanted, found = map(part, states)
        assert wanted.keys() == found.keys()
        assert all(torch.equal(value, found[name]) for name, value in wanted.items())
    assert load_best(straight / "best.safetensors") == load_best(killed / "best.safetensors")
    assert not list(killed.rglob("*.part"))


def load_best(path):
    return {name: value.numpy().tobytes() for name, value in load_file(path).items()}


def test_ctrl_c_saves_and_says_how_to_go_on(start, tiny_config, tmp_path):
    folder = tmp_path / "run"
    process = start("run", tiny_config, "train.steps=100000", "train.checkpoint_every=0", "--output", folder)
    while process.poll() is None and steps_done(folder) < 3:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert f"stopped; go on with: srkit run --resume {folder}" in err
    assert load_training(folder / "last.pt")["state"]["step"] >= 3


def contents(folder):
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_second_process_at_a_run_is_refused_and_a_killed_one_is_no_hindrance(start, srkit, tiny_config, tmp_path):
    folder = tmp_path / "run"
    process = start("run", tiny_config, "train.steps=100000", "train.log_every=100000", "--output", folder)
    while process.poll() is None and steps_done(folder) < 3:
        time.sleep(0.01)
    process.send_signal(signal.SIGSTOP)  # at any moment
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)  # a write that had begun is done
    (folder / ".last.pt.1.part").touch()
    before = contents(folder)
    second = start("run", "--resume", folder)
    try:
        assert second.wait(60) == 2
        assert contents(folder) == before
    finally:
        for one in (process, second):
            one.send_signal(signal.SIGKILL)
        said = second.communicate()
        process.communicate()
    assert said == ("", f"{folder}: another process is at work here; wait for its end, or stop it\n")
    config = folder / "config.yaml"
    config.write_text(config.read_text().replace("steps: 100000", "steps: 6"))
    (folder / "last.pt").unlink()
    assert srkit("run", "--resume", folder, "--quiet")[0] == 0
    assert not list(folder.rglob("*.part"))
