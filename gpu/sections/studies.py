"""The checkerboard study at full width, and the studies of networks if there are any, several trials at a time."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import time
from dataclasses import dataclass
from pathlib import Path

from gpu.section import ROOT, Section

STUDIES = ROOT / "configs" / "ablations"
REPORT = 22.0
"""Seconds that are kept for the report of a study."""
FULL = (
    "experiment.model.depth=10",
    "experiment.model.features=64",
    "experiment.train.steps=2000",
    "experiment.train.batch=16",
    "experiment.train.log_every=100",
    "experiment.train.validate_every=500",
    "experiment.train.checkpoint_every=0",
    "measure.every=500",
)
TINY = (
    "experiment.model.depth=1",
    "experiment.model.features=8",
    "experiment.train.steps=2",
    "experiment.train.batch=2",
    "experiment.train.patch=32",
    "experiment.train.log_every=1",
    "experiment.train.validate_every=0",
    "measure.every=1",
)
LEFT_BEHIND = ("last.pt", "best.safetensors", "images", "pictures", "tensorboard")


@dataclass(frozen=True)
class Wanted:
    """A study, its share of the section's time, and what is changed in it."""

    name: str
    share: float
    full: tuple[str, ...]
    tiny: tuple[str, ...]


WANTED = (
    Wanted(
        "upsamplers",
        1.0,
        FULL,
        (
            *TINY,
            "blocks={x2: {scale: 2}}",
            "arms={a: {model.upsampler: transposed_conv}, b: {model.upsampler: subpixel}}",
            "baseline=a",
        ),
    ),
    Wanted("networks", 0.5, ("experiment.train.steps=2000",), ("experiment.train.steps=2",)),
    Wanted("upsamplers_across", 0.5, ("experiment.train.steps=2000",), ("experiment.train.steps=2",)),
)


def run(section: Section) -> None:
    """Run the studies that exist: all arms with two seeds first, then a third seed in the time that is left."""
    there = [one for one in WANTED if (STUDIES / f"{one.name}.yaml").exists()]
    shares = sum(one.share for one in there)
    for one in there:
        seconds = section.left * one.share / shares
        shares -= one.share
        section.attempt(one.name, lambda one=one, seconds=seconds: _study(section, one, time.time() + seconds))


def _study(section: Section, wanted: Wanted, until: float) -> None:
    folder, began = section.folder / wanted.name, time.time()
    reporting = 12.0 if section.rehearse else REPORT
    for seeds in ([0, 1], [0, 1, 2]) if not section.rehearse else ([0], [0, 1]):
        if until - time.time() < reporting + 10:
            break
        words = [*(wanted.tiny if section.rehearse else wanted.full), f"seeds={seeds}"]
        words += ["intervals=false"] if len(seeds) == 1 else []
        command = [sys.executable, "-m", "srkit", "ablate", str(STUDIES / f"{wanted.name}.yaml"), *words]
        jobs = "1" if section.rehearse else "12"
        try:
            ended = subprocess.run(
                [*command, "--jobs", jobs, "--output", str(folder), "--quiet"],
                cwd=ROOT,
                timeout=until - time.time() - reporting,
                check=False,
            )
        except subprocess.TimeoutExpired:
            section.row("runs", study=wanted.name, seeds=len(seeds), code=None, seconds=time.time() - began)
            break
        section.row("runs", study=wanted.name, seeds=len(seeds), code=ended.returncode, seconds=time.time() - began)
        _pack(section, folder)
    command = [sys.executable, "-m", "srkit", "report", str(folder)]
    subprocess.run(command, cwd=ROOT, timeout=max(5.0, until - time.time() + 8), check=False)
    done = len([*folder.glob("*/summary.json")])
    planned = len([path for path in folder.iterdir() if path.is_dir() and (path / "config.yaml").exists()])
    section.row("studies", study=wanted.name, trials_done=done, trials_started=planned, seconds=time.time() - began)
    text = folder / "report.md"
    if text.exists():
        section.note(**{f"report {wanted.name}": text.read_text(encoding="utf-8")[:6000]})
    errors = {path.parent.name: path.read_text(encoding="utf-8")[:800] for path in folder.glob("*/error.txt")}
    if errors:
        section.note(**{f"errors {wanted.name}": dict([*errors.items()][:4])})
        section.say(json.dumps(dict([*errors.items()][:2])))
    _pack(section, folder)


def _pack(section: Section, folder: Path) -> None:
    """Write the study without weights and pictures into an archive that fits home."""
    with tarfile.open(section.keep / f"study_{folder.name}.tar.gz", "w:gz", compresslevel=4) as archive:
        archive.add(folder, arcname=folder.name, filter=_wanted)


def _wanted(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if Path(member.name).name in LEFT_BEHIND else member
