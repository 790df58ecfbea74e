"""The files that a study adds to the run folder of a trial: its orders, measures and costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from srkit.records.fields import ObjectFile, RowFile
from srkit.records.jsonfile import read_object, write_object


@dataclass(frozen=True)
class TrialOrders(ObjectFile):
    """``measure.json``: the tasks of a trial's process in addition to training and scoring.

    Args:
        what: The measures of the checkerboard to take: M1, M2, M3, M4.
        every: Steps between two measurements; 0 measures at the start and at the end.
        tests: Names of the further tests.
        command: The command of the study, word by word.
    """

    what: tuple[str, ...] = ()
    every: int = 0
    tests: tuple[str, ...] = ()
    command: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrialInputs(ObjectFile):
    """``inputs.json``: the files that a trial or a further test reads, known by their content.

    Args:
        experiment: The identity of its experiment without that content: a trial on other images has the same.
        contents: A digest for each option that names files, by its dotted key.
    """

    experiment: str
    contents: Mapping[str, str]


@dataclass(frozen=True)
class MeasureRow(RowFile):
    """A line of ``measures.jsonl``: one measure of the checkerboard after ``step`` steps.

    ``image`` is the validation image that was measured; None for a measure without images. Units are those of
    docs/numbers.md.
    """

    step: int
    measure: str
    value: float
    image: str | None = None


@dataclass(frozen=True)
class Cost(ObjectFile):
    """``cost.json``: the costs of the network of a trial.

    Args:
        parameters: How many numbers it learns.
        multiply_adds: Multiply-adds of convolutions and matrix products for one HR image of 1280x720 pixels.
        seconds_per_step: Median over the training, without its warm-up; None where it was too short.
        peak_memory: The most memory that the process or the GPU held, in bytes; None where it is not known.
    """

    parameters: int
    multiply_adds: int
    seconds_per_step: float | None = None
    peak_memory: int | None = None


def write_protocol(path: Path, protocol: Mapping[str, Mapping[str, Any]]) -> None:
    """Write ``protocol.json`` of a further test: how each metric measured there, by its name."""
    write_object(path, protocol)


def read_protocol(path: Path) -> dict[str, Any]:
    """Read ``protocol.json`` of a further test.

    Raises:
        RunError: The file is missing or damaged.
    """
    return read_object(path)


def read_problem(path: Path) -> str | None:
    """Return the first line of ``error.txt``, the message of why a trial failed; None where there is none."""
    return path.read_text(encoding="utf-8").partition("\n")[0] if path.is_file() else None
