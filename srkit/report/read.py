"""A finished run, read from its folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import yaml
from numpy.typing import NDArray

from srkit.errors import RunError
from srkit.report.scores import Score, Scores

FILES = ("config.yaml", "environment.json", "log.jsonl", "scores.jsonl", "summary.json")

T = TypeVar("T")


@dataclass(frozen=True)
class Summary:
    """What a run says of itself: what was trained, for how long, and how each metric measures."""

    name: str
    model: str
    scale: int
    color: str
    steps: int
    seconds: float
    parameters: int
    protocol: Mapping[str, Mapping[str, Any]]
    best_step: int | None = None
    resize: str = ""


@dataclass(frozen=True)
class Run:
    """What a run folder says."""

    folder: Path
    summary: Summary
    environment: Mapping[str, Any]
    config: str
    log: list[dict[str, Any]]
    scores: Scores
    kernels: Mapping[str, NDArray[np.float64]]

    @property
    def settings(self) -> dict[str, Any]:
        """The filled config as plain values."""
        tree = yaml.safe_load(self.config)
        return tree if isinstance(tree, dict) else {}

    def curve(self, event: str, value: str) -> tuple[list[float], list[float]]:
        """Return the steps and values of one number of the log."""
        records = [record for record in self.log if record.get("event") == event and value in record]
        return [record["step"] for record in records], [record[value] for record in records]


def read_run(folder: Path) -> Run:
    """Read a finished run.

    Raises:
        RunError: The folder is no run, or the run is not finished, or a file of it is damaged.
    """
    missing = [name for name in FILES if not (folder / name).is_file()]
    if len(missing) == len(FILES):
        found = "none of its files" if folder.is_dir() else "nothing of that name"
        raise RunError(f"{folder}: wants a run folder, as `srkit run` makes it; found {found}")
    if missing:
        are = "is" if len(missing) == 1 else "are"
        raise RunError(
            f"{folder}: wants a finished run, but {' and '.join(missing)} {are} missing; "
            f"go on with it by --resume {folder}"
        )
    kernels = folder / "pictures" / "kernels.npz"
    return Run(
        folder=folder,
        summary=_typed(Summary, _object(folder / "summary.json"), folder / "summary.json"),
        environment=_object(folder / "environment.json"),
        config=_text(folder / "config.yaml"),
        log=_lines(folder / "log.jsonl", torn=True),
        scores=read_scores(folder / "scores.jsonl"),
        kernels=_arrays(kernels) if kernels.exists() else {},
    )


def read_scores(path: Path) -> Scores:
    """Read the rows of a ``scores.jsonl``.

    Raises:
        RunError: A row is damaged, or a model or image lacks a score that others have.
    """
    scores = Scores(tuple(_typed(Score, row, path) for row in _lines(path)))
    if not scores.rows:
        raise RunError(f"{path}: wants scores, found none")
    for model, image, metric in scores.gaps():
        raise RunError(
            f"{path}: wants {metric} of {model!r} on {image!r} beside the other scores, found none; "
            f"delete {path.parent / 'summary.json'} and score again by --resume {path.parent}"
        )
    return scores


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _arrays(path: Path) -> dict[str, NDArray[np.float64]]:
    with np.load(path) as file:
        return dict(file)


def _object(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise RunError(f"{path}:{error.lineno}: wants JSON, but it is damaged: {error.msg}") from None
    if not isinstance(found, dict):
        raise RunError(f"{path}: wants a JSON object, found {found!r}")
    return found


def _lines(path: Path, *, torn: bool = False) -> list[dict[str, Any]]:
    """Read JSON lines; where a crash may have ``torn`` the last one, it is left out."""
    lines = _text(path).splitlines()
    rows = []
    for number, line in enumerate(lines, 1):
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError as error:
            if torn and number == len(lines):
                break
            raise RunError(f"{path}:{number}: wants a line of JSON, but it is damaged: {error.msg}") from None
    return rows


def _typed(kind: type[T], values: Mapping[str, Any], path: Path) -> T:
    """Make a dataclass of the values it knows; newer versions may write more."""
    known = {one.name: one.default is MISSING for one in fields(kind)}  # type: ignore[arg-type]
    missing = [name for name, needed in known.items() if needed and name not in values]
    if missing:
        raise RunError(f"{path}: wants {' and '.join(missing)}; found {', '.join(values) or 'nothing'}")
    return kind(**{name: value for name, value in values.items() if name in known})
