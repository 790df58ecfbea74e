"""A finished run, read from its folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srkit.errors import RunError

MODELS = ("bicubic", "srkit")


@dataclass(frozen=True)
class Run:
    """What a run folder says."""

    folder: Path
    summary: Mapping[str, Any]
    environment: Mapping[str, Any]
    config: str
    log: list[dict[str, Any]]
    scores: list[dict[str, Any]]
    kernels: Mapping[str, NDArray[np.float64]]

    @property
    def images(self) -> list[str]:
        """The test images, in the order in which they were scored."""
        return list(dict.fromkeys(row["image"] for row in self.scores))

    @property
    def metrics(self) -> list[str]:
        """The metrics, in the order of the config."""
        return list(dict.fromkeys(row["metric"] for row in self.scores))

    def values(self, model: str, metric: str) -> list[float]:
        """Return one value an image, in the order of ``images``."""
        found = {r["image"]: r["value"] for r in self.scores if r["model"] == model and r["metric"] == metric}
        return [found[image] for image in self.images]

    def curve(self, event: str, value: str) -> tuple[list[float], list[float]]:
        """Return the steps and values of one number of the log."""
        records = [record for record in self.log if record["event"] == event and value in record]
        return [record["step"] for record in records], [record[value] for record in records]


def read_run(folder: Path) -> Run:
    """Read a finished run.

    Raises:
        RunError: The folder is no run, or the run is not finished; says what is missing.
    """
    needed = ("config.yaml", "environment.json", "log.jsonl", "scores.jsonl", "summary.json")
    missing = [name for name in needed if not (folder / name).is_file()]
    if len(missing) == len(needed):
        raise RunError(f"{folder}: wants a run folder, as `srkit run` makes it; found none of its files")
    if missing:
        raise RunError(
            f"{folder}: wants a finished run, but {missing[0]} is missing; go on with it by --resume {folder}"
        )
    kernels = folder / "pictures" / "kernels.npz"
    return Run(
        folder=folder,
        summary=json.loads(_text(folder / "summary.json")),
        environment=json.loads(_text(folder / "environment.json")),
        config=_text(folder / "config.yaml"),
        log=_lines(folder / "log.jsonl"),
        scores=_lines(folder / "scores.jsonl"),
        kernels=dict(np.load(kernels)) if kernels.exists() else {},
    )


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _lines(path: Path) -> list[dict[str, Any]]:
    """Read JSON lines; a last one that was torn by a crash is left out."""
    rows = []
    for line in _text(path).splitlines():
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return rows
