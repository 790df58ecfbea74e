"""LapSRN x4 on the 291 images, in the time that is left, with its scores on Set5 and Set14."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from gpu.compiler import compiler
from gpu.experiments import experiment
from gpu.section import DATA, ROOT, Section
from gpu.timing import wait
from srkit.run import train
from srkit.run.session import Session

NAME = "lapsrn_x4_291"
SCORING, STARTING, VALIDATION = 40.0, 10.0, 0.8
"""Seconds that are kept for the scores at the end, until the first step, and for each validation."""
SURE = 0.94
"""Share of the time that steps are planned for, so that the schedule of the learning rate comes to its end."""
WORKERS = (2, 4, 8)
"""Threads that prepare batches; too many keep Python's lock from the thread that trains."""
HOW = ("eager", "compile", "compile, CUDA graphs")


def run(section: Section) -> None:
    """Choose the fastest way, plan as many steps as fit, train, and score under LapSRN's official protocol."""
    how = _fastest(section)
    paces = {
        workers: section.attempt(f"the pace, {how}, {workers} workers", lambda w=workers: _pace(section, how, w))
        for workers in ((1,) if section.rehearse else WORKERS)
    }
    if not (found := {workers: pace for workers, pace in paces.items() if pace is not None}):
        how, found = "eager", {WORKERS[0]: _pace(section, "eager", WORKERS[0])}
    workers = min(found, key=found.__getitem__)
    pace = found[workers]
    section.note(paces={str(count): one for count, one in found.items()}, workers=workers)
    scoring, starting = (14.0, 1.0) if section.rehearse else (SCORING, STARTING)
    every = 3 if section.rehearse else 2500
    steps = int(SURE * (section.left - scoring - starting) / (pace + VALIDATION / every))
    steps = 7 if section.rehearse else max(steps, 500)
    section.note(how=how, seconds_per_step=pace, steps=steps)
    section.say(f"{how}: {1000 * pace:.2f} ms a step, so {steps} steps")
    with compiler(graphs="graphs" in how, rehearse=section.rehearse):
        _train(
            section,
            [*_words(section, how, workers), f"train.steps={steps}", f"train.validate_every={every}"],
            scoring - 5,
        )
    sets = {"Set5": DATA / "Set5", "Set14": DATA / "Set14"}
    if section.rehearse:
        sets = {"photographs": ROOT / "srkit" / "datasets" / "photographs" / "validate"}
    for name, images in sets.items():
        section.attempt(f"scores on {name}", lambda name=name, images=images: _score(section, name, images))


def _words(section: Section, how: str, workers: int) -> list[str]:
    """Return overrides for a way of training."""
    compiled = ["train.compile=true"] if how != "eager" else []
    return ["train.minutes=null", f"train.workers={workers}", f"data.cache={section.folder / 'decoded'}", *compiled]


def _fastest(section: Section) -> str:
    """Return the way of training that the section before measured to be the fastest on this network.

    The variable ``SRKIT_GPU_HOW`` names it for a run of this section alone.
    """
    if named := os.environ.get("SRKIT_GPU_HOW"):
        return named
    try:
        path = section.folder.parent / "training" / "training.json"
        rows = json.loads(path.read_text(encoding="utf-8"))["steps"]
    except (OSError, ValueError, KeyError):
        return HOW[0]
    found = {row["how"].removeprefix("srkit, "): row for row in rows if row["network"] == "LapSRN x4"}
    if not section.rehearse:
        found = {how: row for how, row in found.items() if row["batch"] == 64}
    times = {how: found[how]["with_data_ms"] for how in HOW if how in found}
    best = min(times, key=times.__getitem__, default=HOW[0])
    return best if times.get(best, 0.0) < 0.9 * times.get(HOW[0], 0.0) else HOW[0]


def _pace(section: Section, how: str, workers: int) -> float:
    """Return the seconds of a step, once all images are decoded."""
    # without memory decoded images go to files, which the training finds
    words = [*_words(section, how, workers), "data.memory=0", "train.steps=1000000", "train.validate_every=0"]
    read, built, folder = experiment(section, *words, folder=f"pace-{len(how)}-{workers}")
    with compiler(graphs="graphs" in how, rehearse=section.rehearse), Session(read, built, folder) as session:
        session.start(1_000_000)
        for step in range(2 if section.rehearse else -(-len(built.train) // read.train.batch) + 1):
            session.pair(step)
        steps = session.training.fit(session.pair, until=1_000_000)
        for _ in range(2 if section.rehearse else 30):
            next(steps)
        wait()
        began, count = time.perf_counter(), 3 if section.rehearse else 250
        for _ in range(count):
            next(steps)
        wait()
        return (time.perf_counter() - began) / count


def _train(section: Section, words: list[str], reserve: float) -> None:
    """Train, keeping the weights of every validation; stop while ``reserve`` seconds are left."""
    read, built, folder = experiment(section, *words, folder=NAME)
    section.note(parameters=built.parameters, config=folder.config.read_text("utf-8"))
    began, shown = time.time(), 0.0
    for record in train(replace(read, name=NAME), built, folder):
        if record.event != "train" or time.time() - shown > 5:
            section.say(f"step {record.step}: {record.event} {dict(record.values)}")
            shown = time.time()
        if record.event == "validate":
            scores = {name: float(record.values[name]) for name in ("psnr", "ssim")}
            section.row("curve", step=record.step, seconds=time.time() - began, **scores)
            _keep(section, folder.best, folder.log)
        if section.left < reserve:
            section.say("the time is over: the weights of the last validation are scored")
            break
    section.note(trained_seconds=time.time() - began)
    _keep(section, folder.best, folder.log)


def _keep(section: Section, best: Path, log: Path) -> None:
    if best.exists():
        shutil.copyfile(best, section.keep / f"{NAME}.safetensors")
    shutil.copyfile(log, section.keep / f"{NAME}.jsonl")


def _score(section: Section, name: str, images: Path) -> None:
    """Note the scores of the trained network and of bicubic on a set of images."""
    for model in (str(section.keep / f"{NAME}.safetensors"), "bicubic"):
        scale = ["--scale", "4"] if model == "bicubic" else []
        command = [sys.executable, "-m", "srkit", "evaluate", model, str(images), "--json", *scale]
        seconds = max(3.0, section.left - 1)
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr[-400:])
        found = json.loads(done.stdout)
        title = "bicubic" if model == "bicubic" else NAME
        section.row("scores", images=name, model=title, count=len(found["images"]), **found["scores"])
