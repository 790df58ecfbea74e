"""Run everything that wants a GPU within a budget of seconds, and bring the results home.

python -m gpu.run --out FOLDER [--seconds 530] [--only NAME ...] [--rehearse]

Each section is a process of its own with a share of the time: one that fails, or is killed because its share is
over, stops no other, and what it had measured by then is kept. FOLDER gets at most eight files: ``log.txt``,
``results.json`` and ``results.md``, which are written anew after every section, and the files that sections keep.
``--rehearse`` runs every line at a tiny size on a CPU.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from gpu.report import markdown
from gpu.section import ROOT

MOST_FILES, MOST_BYTES = 8, 16 * 2**20
CLOSING = 5.0
"""Seconds at the end for writing results."""


@dataclass(frozen=True)
class Share:
    """The time of one section, in seconds; None is all that is left."""

    name: str
    seconds: float | None
    rehearsed: float


SHARES = (
    Share("environment", 40, 60),
    Share("tests", 60, 120),
    Share("training", 100, 150),
    Share("inference", 40, 60),
    Share("studies", 200, 120),
    Share("recipe", None, 120),
)


class Log:
    """Lines with the seconds since the start, on standard output and in a file."""

    def __init__(self, path: Path) -> None:
        self.file: TextIO = open(path, "w", encoding="utf-8")  # noqa: SIM115 - open as long as the run
        self.began = time.time()

    def __call__(self, text: str) -> None:
        """Write a line."""
        line = f"[{time.time() - self.began:6.1f}] {text.rstrip()}"
        print(line, flush=True)
        self.file.write(f"{line}\n")
        self.file.flush()


def run_section(share: Share, work: Path, until: float, log: Log, *, rehearse: bool) -> dict[str, Any]:
    """Run one section until it ends or its time is over, and return its results."""
    folder = work / share.name
    command = [sys.executable, "-m", "gpu.section", share.name, "--folder", str(folder), "--until", str(until)]
    process = subprocess.Popen(
        [*command, *(["--rehearse"] if rehearse else [])],
        cwd=ROOT,
        env=environment(rehearse=rehearse),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,  # so that it can be killed with all its children
    )
    assert process.stdout is not None
    lines = process.stdout
    reader = threading.Thread(target=lambda: [log(f"{share.name}: {line}") for line in lines], daemon=True)
    reader.start()
    killed = not _ends(process, until)
    reader.join(2)
    path = folder / f"{share.name}.json"
    try:
        results: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        results = {"finished": False}
    return results | {"killed": killed, "code": process.returncode}


def _ends(process: subprocess.Popen[str], until: float) -> bool:
    """Wait for the end of a process; kill it and all its children when its time is over."""
    try:
        process.wait(max(0.1, until - time.time()))
        return True
    except subprocess.TimeoutExpired:
        for strike, patience in ((signal.SIGTERM, 2), (signal.SIGKILL, 5)):
            try:
                os.killpg(process.pid, strike)
                process.wait(patience)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue
        return False


def environment(*, rehearse: bool) -> dict[str, str]:
    """Return the variables of a section: srkit from this folder, and the carried packages before all others."""
    site = ROOT / ".gpu" / "site"
    paths = [str(ROOT), *([str(site)] if site.is_dir() else []), os.environ.get("PYTHONPATH", "")]
    values = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONUNBUFFERED": "1"}
    values |= {"SRKIT_PLUGINS": "", "MPLBACKEND": "Agg"}
    if rehearse:
        values |= {"SRKIT_GPU_REHEARSE": "1", "CUDA_VISIBLE_DEVICES": ""}
    return values


def install_wheels(log: Log) -> None:
    """Unpack the carried packages next to them, without the network."""
    wheels, site = sorted((ROOT / ".gpu" / "wheels").glob("*.whl")), ROOT / ".gpu" / "site"
    if wheels:
        shutil.rmtree(site, ignore_errors=True)
        for wheel in wheels:
            shutil.unpack_archive(wheel, site, "zip")
        log(f"carried packages: {', '.join(wheel.name.split('-py')[0] for wheel in wheels)}")


def bring_home(work: Path, out: Path, log: Log) -> None:
    """Copy the files that sections keep into ``out``, as many and as large as are allowed."""
    for file in sorted(work.glob("*/keep/*")):
        there = {one.name for one in out.iterdir()}
        if file.stat().st_size > MOST_BYTES:
            log(f"left behind: {file.name}, {file.stat().st_size / 2**20:.1f} MiB")
        elif file.name in there or len(there) < MOST_FILES:
            shutil.copyfile(file, out / file.name)
        else:
            log(f"left behind: {file.name}, {MOST_FILES} files are there")


def main() -> None:
    """Run the sections in their order."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of the results")
    parser.add_argument("--seconds", type=float, default=530.0, help="time of the whole run")
    parser.add_argument("--only", nargs="+", default=[], choices=[share.name for share in SHARES])
    parser.add_argument("--rehearse", action="store_true", help="every line at a tiny size, on a CPU")
    words = parser.parse_args()
    end = time.time() + words.seconds - CLOSING
    words.out.mkdir(parents=True, exist_ok=True)
    log = Log(words.out / "log.txt")
    results: dict[str, Any] = {"rehearsed": words.rehearse, "seconds": words.seconds}
    install_wheels(log)
    with tempfile.TemporaryDirectory(prefix="srkit-gpu-", ignore_cleanup_errors=True) as place:
        work = Path(place)
        for share in SHARES:
            if words.only and share.name not in words.only:
                continue
            seconds = share.rehearsed if words.rehearse else share.seconds
            until = min(end, time.time() + (seconds or words.seconds))
            if until - time.time() < 2:
                log(f"{share.name}: left out, the time is over")
                results[share.name] = {"finished": False, "error": "left out, the time of the whole run was over"}
                continue
            log(f"== {share.name}: at most {until - time.time():.0f} s ==")
            results[share.name] = run_section(share, work, until, log, rehearse=words.rehearse)
            how = "killed" if results[share.name]["killed"] else f"ended with {results[share.name]['code']}"
            log(f"== {share.name}: {how} ==")
            bring_home(work, words.out, log)
            (words.out / "results.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
            (words.out / "results.md").write_text(markdown(results), encoding="utf-8")
            if share.name == "environment" and results[share.name].get("failed"):
                log("srkit does not run here, so the other sections are left out")
                break
    log("results.md:\n" + markdown(results))
    sections = {name: one for name, one in results.items() if isinstance(one, dict)}
    bad = [name for name, one in sections.items() if not one.get("finished") or one.get("failed")]
    log(f"done; not finished: {', '.join(bad) or 'none'}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
