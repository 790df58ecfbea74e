"""The checkerboard study at full width, and the studies of networks if there are any, several trials at a time."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gpu.section import DATA, ROOT, Section

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
VGG = DATA / "vgg_normalised_conv3_1.pth"
LARGER = ("experiment.train.steps=1500", "experiment.train.batch=16", "experiment.train.checkpoint_every=0")
LEFT_BEHIND = ("last.pt", "best.safetensors", "images", "pictures", "tensorboard")


@dataclass(frozen=True)
class Wanted:
    """A study, its share of the section's time, and what is changed in it."""

    name: str
    share: float
    words: tuple[str, ...]


WANTED = (
    Wanted("networks", 0.7, LARGER),
    Wanted("upsamplers_across", 1.3, LARGER),
    Wanted("adversarial", 0.8, (*LARGER, f"let.vgg={VGG}", "experiment.train.patch=96", "measure.every=500")),
    Wanted("upsamplers", 0.5, FULL),
)
TINY = Wanted("tiny", 1.0, ("measure.what=[M1, M3]",))
JOBS = 4
"""Trials at a time: a trial waits for Python between short kernels, so a few share one GPU; sixteen took turns."""


def run(section: Section) -> None:
    """Run the studies that exist, seed after seed, so that all arms have the same seeds when the time is over."""
    there = [one for one in WANTED if one.name != "adversarial" or VGG.exists()]
    if section.rehearse:
        for one in there:
            section.attempt(f"check {one.name}", partial(_check, one))
        there = [TINY]
    shares = sum(one.share for one in there)
    for one in there:
        seconds = section.left * one.share / shares
        shares -= one.share
        section.attempt(one.name, partial(_study, section, one, time.time() + seconds))


def _command(wanted: Wanted, seeds: list[int]) -> list[str]:
    words = [*wanted.words, f"seeds={seeds}", *(["intervals=false"] if len(seeds) == 1 else [])]
    return [sys.executable, "-m", "srkit", "ablate", str(STUDIES / f"{wanted.name}.yaml"), *words]


def _check(wanted: Wanted) -> None:
    """Plan the study as the GPU would run it, and run nothing."""
    done = subprocess.run(
        [*_command(wanted, [0]), "--dry-run"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-600:])


def _study(section: Section, wanted: Wanted, until: float) -> None:
    """Run a study with one seed, then with another one, and report it as far as it has come."""
    folder, began = section.folder / wanted.name, time.time()
    reporting, jobs = (10.0, 2) if section.rehearse else (REPORT, JOBS)
    for seeds in ([0],) if section.rehearse else ([0], [0, 1], [0, 1, 2]):
        seconds = until - time.time() - reporting
        if seconds < 10:
            break
        code: int | str = "its time was over"
        with suppress(subprocess.TimeoutExpired):  # the trials notice that their parent has ended
            command = [*_command(wanted, seeds), "--jobs", str(jobs), "--output", str(folder), "--quiet"]
            code = subprocess.run(command, cwd=ROOT, timeout=seconds, check=False).returncode
        done = len([*folder.glob("*/summary.json")])
        took = time.time() - began
        section.row("runs", study=wanted.name, seeds=len(seeds), ended=code, trials_done=done, seconds=took)
        errors = {path.parent.name: path.read_text("utf-8")[:800] for path in folder.glob("*/error.txt")}
        if errors:
            section.note(**{f"errors of {wanted.name}": dict([*errors.items()][:4])})
            section.say("\n".join([*errors.values()][:2]))
        _pack(section, folder)
        if code != 0:
            break
    seconds = max(8.0, until - time.time())
    subprocess.run([sys.executable, "-m", "srkit", "report", str(folder)], cwd=ROOT, timeout=seconds, check=True)
    section.note(**{f"report of {wanted.name}": (folder / "report.md").read_text("utf-8")[:8000]})
    _pack(section, folder)
    if not [*folder.glob("*/summary.json")]:
        raise RuntimeError("wants trials with scores, found none; see errors")


def _pack(section: Section, folder: Path) -> None:
    """Write the study without weights and pictures into an archive that fits home."""
    with tarfile.open(section.keep / f"study_{folder.name}.tar.gz", "w:gz", compresslevel=4) as archive:
        archive.add(folder, arcname=folder.name, filter=_wanted)


def _wanted(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if Path(member.name).name in LEFT_BEHIND else member
