"""A finished run, read from its folder, and how files of a folder are read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cached_property
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
    own_low: bool = False


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

    @cached_property
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
        raise RunError(f"{folder}: wants a run folder, as `srkit run` makes it, or a study's; found {found}")
    if missing:
        are = "is" if len(missing) == 1 else "are"
        raise RunError(
            f"{folder}: wants a finished run, but {' and '.join(missing)} {are} missing; "
            f"go on with it by --resume {folder}"
        )
    kernels = folder / "pictures" / "kernels.npz"
    return Run(
        folder=folder,
        summary=typed(Summary, read_object(folder / "summary.json"), folder / "summary.json"),
        environment=read_object(folder / "environment.json"),
        config=_text(folder / "config.yaml"),
        log=read_lines(folder / "log.jsonl", torn=True),
        scores=read_scores(folder / "scores.jsonl"),
        kernels=_kernels(kernels) if kernels.exists() else {},
    )


def read_scores(path: Path, again: str | None = None) -> Scores:
    """Read the rows of a ``scores.jsonl``.

    Args:
        path: The file.
        again: How it is scored again where a row is missing; None says how a run is.

    Raises:
        RunError: A row is damaged, or a model or image lacks a score that others have.
    """
    scores = Scores(tuple(read_rows(path, Score)))
    if not scores.rows:
        raise RunError(f"{path}: wants scores, found none")
    for model, image, metric in scores.gaps():
        raise RunError(
            f"{path}: wants {metric} of {model!r} on {image!r} beside the other scores, found none; "
            + (again or f"delete {path.parent / 'summary.json'} and score again by --resume {path.parent}")
        )
    return scores


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _kernels(path: Path) -> dict[str, NDArray[np.float64]]:
    with np.load(path) as file:
        if "names" not in file or file["names"].dtype.kind != "U":  # of old an array was called as its image is
            return dict(file)
        return {str(name): file[f"kernel_{index}"] for index, name in enumerate(file["names"])}


def read_object(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        RunError: It is damaged, or something else; with file and line.
    """
    try:
        found = json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise RunError(f"{path}:{error.lineno}: wants JSON, but it is damaged: {error.msg}") from None
    if not isinstance(found, dict):
        raise RunError(f"{path}: wants a JSON object, found {found!r}")
    return found


def read_lines(path: Path, *, torn: bool = False) -> list[dict[str, Any]]:
    """Read lines of JSON objects; where a crash may have ``torn`` the last one, it is left out.

    Raises:
        RunError: A line is damaged or something else; with file and line.
    """
    lines = _text(path).splitlines()
    rows = []
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            if torn and number == len(lines):
                break
            raise RunError(f"{path}:{number}: wants a line of JSON, but it is damaged: {error.msg}") from None
        if not isinstance(row, dict):
            raise RunError(f"{path}:{number}: wants a JSON object, found {row!r}")
        rows.append(row)
    return rows


def read_rows(path: Path, kind: type[T]) -> Iterator[T]:
    """Read lines of JSON as dataclasses.

    Raises:
        RunError: A line is damaged or lacks a value; with file and line.
    """
    for number, row in enumerate(read_lines(path), 1):
        yield typed(kind, row, f"{path}:{number}")


def typed(kind: type[T], values: Mapping[str, Any], where: Path | str) -> T:
    """Make a dataclass of the values it knows; newer versions may write more.

    Raises:
        RunError: A value is missing, ``where`` it should stand.
    """
    known = {
        one.name: one.default is MISSING and one.default_factory is MISSING
        for one in fields(kind)  # type: ignore[arg-type]
    }
    missing = [name for name, needed in known.items() if needed and name not in values]
    if missing:
        raise RunError(f"{where}: wants {' and '.join(missing)}; found {', '.join(values) or 'nothing'}")
    return kind(**{name: value for name, value in values.items() if name in known})
