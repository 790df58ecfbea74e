"""``srkit ablate`` and ``srkit report`` as a user calls them."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from srkit.ablation.trial import perform
from srkit.image import files
from srkit.launchers.local import Local
from srkit.parts.launcher import Ended

TWO = """arms: {sub: {}, deep: {model.depth: 2}}
baseline: sub
"""
SHORT = "seeds: [0]\nintervals: false\nexperiment: {train: {steps: 2}}\nmeasure: {what: []}\n"
WHOLE = (
    "seeds: [0]\nintervals: false\nmeasure: {what: [M1, M3], every: 3}\ntests: {clean: {degradation: bicubic}}\n"
)
DIVERGES = "{use: sgd, lr: 1e+30}"


@pytest.fixture
def srkit(srkit, monkeypatch, catalog):
    """Return a function that runs a command, its trials in this process: (exit code, stdout, stderr)."""

    def here(self, tasks, jobs=None, /):
        for task in tasks:
            yield Ended(task.name, 0 if perform(Path(task.command[-1]), catalog) else 1)

    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(Local, "__call__", here)
    return srkit


def test_a_study_ends_in_a_report_that_can_be_written_again(srkit, study, tmp_path):
    folder = tmp_path / "out"
    code, out, err = srkit("ablate", study(TWO + SHORT), "--output", folder)
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == f"report: {folder}/study.html"
    table = (folder / "table.md").read_text()
    assert "There are no intervals (the study wants none)" in table
    assert "| deep | " in table
    (folder / "study.html").unlink()
    (folder / "table.md").unlink()
    assert srkit("report", folder) == (0, f"report: {folder}/study.html\n", "")
    assert (folder / "table.md").read_text() == table


def test_arms_that_fail_are_in_the_report_of_the_others(srkit, study, tmp_path):
    folder, file = tmp_path / "out", study(TWO + SHORT + f"vary: {{train.optimizer: [{DIVERGES}]}}\n")
    code, out, err = srkit("ablate", file, "experiment.train.steps=4", "--output", folder)
    assert code == 1
    assert f"report: {folder}/study.html" in out
    assert "1 of 3 failed; started again, it tries those once more" in err
    assert "(failed)" in (folder / "table.md").read_text()


def test_where_every_arm_fails_there_is_nothing_to_report(srkit, study, tmp_path):
    folder = tmp_path / "out"
    words = (f"experiment.train.optimizer={DIVERGES}", "experiment.train.steps=4", "--output", folder)
    code, out, _ = srkit("ablate", study(TWO + SHORT), *words)
    assert code == 1
    assert "report:" not in out
    code, _, err = srkit("report", folder)
    assert code == 2
    assert err.startswith(f"{folder}: wants a trial that has scores, found none of 2; sub, seed 0: step ")


def test_a_test_that_every_arm_fails_is_dropped_and_the_study_is_whole(srkit, study, tmp_path, tiny_config):
    folder, bad = tmp_path / "out", tmp_path / "bad"
    bad.mkdir()
    whole = min((tiny_config.parent / "test").iterdir()).read_bytes()
    (bad / "x.png").write_bytes(whole[: len(whole) // 2])  # its header is sound
    broken = f"tests={{broken: {{data.test: {{use: folder, path: {bad}}}}}}}"
    code, out, err = srkit("ablate", study(TWO + SHORT), broken, "--output", folder)
    assert (code, "2 of 2 failed" in err) == (1, True)
    assert f"report: {folder}/study.html" in out  # of the tests that could be made
    assert srkit("ablate", study(TWO + SHORT), "--dry-run", "--output", folder)[1].endswith("2 trials, 0 to run\n")
    code, out, err = srkit("ablate", study(TWO + SHORT), "--output", folder)
    assert (code, err) == (0, "")
    assert "failed" not in (folder / "report.md").read_text()


def test_changed_files_are_spoken_of_before_anything_runs(srkit, study, tmp_path, tiny_config):
    folder, images = tmp_path / "out", tmp_path / "images"
    shutil.copytree(tiny_config.parent / "test", images)
    words = (study(TWO + SHORT), f"experiment.data.test={{use: folder, path: {images}}}", "--output", folder)
    assert srkit("ablate", *words)[0] == 0
    image = min(images.iterdir())
    os.utime(image, ns=(1, 1))
    code, out, err = srkit("ablate", *words, "--dry-run")
    assert (code, "2 trials, 0 to run" in out, err) == (0, True, "")
    files.write(image, 255 - files.read(image))
    code, out, err = srkit("ablate", *words, "--dry-run")
    assert (code, "2 trials, 2 to run" in out) == (0, True)
    ids = [line.split()[0] for line in out.splitlines()[:2]]
    assert sorted(line.partition(" seed 0: ")[2] for line in err.splitlines()) == sorted(
        f"data.test has changed since it was trained; it is trained again in {name}" for name in ids
    )


def test_the_name_of_a_study_does_not_lead_out_of_runs(srkit, study, tmp_path, monkeypatch):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "er")
    assert srkit("ablate", study(TWO + SHORT), "name=../../x", "--quiet")[0] == 0
    assert [path.name for path in Path("runs").iterdir()] == ["x"]


def test_a_launcher_that_is_refused_leaves_nothing(srkit, study, tmp_path):
    folder, wrong = tmp_path / "out", "launcher={use: local, threads: 0}"
    for more in ((), ("--dry-run",)):
        code, _, err = srkit("ablate", study(TWO + SHORT), wrong, "--output", folder, *more)
        assert code == 2
        assert f"{wrong}: launcher.threads: wants int of at least 1, got 0" in err
        assert not folder.exists()


def start(*words):
    command = [sys.executable, "-m", "srkit", "ablate", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def kill_when(ready, *words):
    """Kill a command and all its processes at once, as a power cut does."""
    process = start(*words)
    while process.poll() is None and not ready():
        time.sleep(0.01)
    assert process.poll() is None
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True
    ).stdout
    for one in (process.pid, *map(int, children.split())):
        os.kill(one, signal.SIGKILL)
    process.wait()


@pytest.mark.slow
def test_killed_twice_it_writes_the_same_tables(study, tmp_path):
    file, straight, killed = study(TWO + WHOLE), tmp_path / "straight", tmp_path / "killed"
    assert start(file, "--output", straight, "--jobs", 2).wait() == 0

    def trains():
        return any('"train", "step": 4' in log.read_text() for log in killed.glob("*/log.jsonl"))

    def trains_the_second():
        return any(killed.glob("*/summary.json")) and len(list(killed.glob("*/log.jsonl"))) > 1

    words = (file, "--output", killed, "--jobs", 1)
    kill_when(trains, *words)
    kill_when(trains_the_second, *words)
    done = {path: path.stat().st_mtime_ns for path in killed.glob("*/tests/clean/scores.jsonl")}
    assert start(*words).wait() == 0
    assert done
    assert all(path.stat().st_mtime_ns == before for path, before in done.items())
    for name in ("table.md", "scores.csv", "measures.csv"):
        assert (killed / name).read_bytes() == (straight / name).read_bytes()
    assert not list(killed.rglob("*.part"))
