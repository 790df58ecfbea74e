"""The folder of a run or study for which the user gave none."""

from __future__ import annotations

from pathlib import Path

from srkit.filename import safe_filename


def below_runs(name: str) -> Path:
    """Return the folder below runs/ for a name, which may be a path: it never leads out of runs/."""
    return Path("runs") / (safe_filename(name) or "run")
