"""LapSRN x4 on the 291 images, in the time that is left, with its scores on Set5 and Set14."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from gpu.experiments import experiment
from gpu.section import DATA, ROOT, Section
from srkit.run import train

NAME = "lapsrn_x4_291"
SCORING = 28.0
"""Seconds that are kept for the scores at the end."""
STARTING = 8.0
"""Seconds before the first step: decoding, and timing the steps that the budget of minutes is turned into."""
LATE = 1.12
"""A run may exceed its minutes by a tenth."""


def run(section: Section) -> None:
    """Train, keeping the weights of every validation, and score them under LapSRN's official protocol."""
    scoring = 14.0 if section.rehearse else SCORING
    minutes = max(0.02, (section.left - scoring - STARTING) / LATE / 60)
    budget = (
        ["train.minutes=0.03", "train.validate_every=3"] if section.rehearse else [f"train.minutes={minutes:.3f}"]
    )
    read, built, folder = experiment(section, *budget, folder=NAME)
    section.note(minutes=read.train.minutes, parameters=built.parameters, config=folder.config.read_text("utf-8"))
    read = replace(read, name=NAME)
    began, shown = time.time(), 0.0
    for record in train(read, built, folder):
        if record.event in ("plan", "validate", "stop"):
            section.say(f"step {record.step}: {record.event} {dict(record.values)}")
        elif time.time() - shown > 5:
            section.say(f"step {record.step}: {dict(record.values)}")
            shown = time.time()
        if record.event == "validate":
            section.row(
                "curve",
                step=record.step,
                seconds=time.time() - began,
                **{name: float(record.values[name]) for name in ("psnr", "ssim")},
            )
            _keep(section, folder.best, folder.log)
        if section.left < scoring - 6:
            section.say("the time is over: the weights so far are scored")
            break
    section.note(trained_seconds=time.time() - began)
    _keep(section, folder.best, folder.log)
    sets = {"Set5": DATA / "Set5", "Set14": DATA / "Set14"}
    if section.rehearse:
        sets = {"photographs": ROOT / "srkit" / "datasets" / "photographs" / "validate"}
    for name, images in sets.items():
        section.attempt(f"scores on {name}", lambda name=name, images=images: _score(section, name, images))


def _keep(section: Section, best: Path, log: Path) -> None:
    if best.exists():
        shutil.copyfile(best, section.keep / f"{NAME}.safetensors")
    shutil.copyfile(log, section.keep / f"{NAME}.jsonl")


def _score(section: Section, name: str, images: Path) -> None:
    """Note the scores of the trained network and of bicubic on a set of images."""
    for model in (str(section.keep / f"{NAME}.safetensors"), "bicubic"):
        scale = ["--scale", "4"] if model == "bicubic" else []
        command = [sys.executable, "-m", "srkit", "evaluate", model, str(images), "--json", *scale]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=max(3.0, section.left - 1), check=False
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-400:])
        found = json.loads(done.stdout)
        title = "bicubic" if model == "bicubic" else NAME
        section.row("scores", images=name, model=title, count=len(found["images"]), **found["scores"])
