"""The shape of a study file. This dataclass is the schema of the YAML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from srkit.config.limits import Range, check_fields
from srkit.parts import Launcher
from srkit.slots import default

MEASURES = ("M1", "M2", "M3", "M4")


@dataclass(frozen=True, kw_only=True)
class Equal:
    """The quantity that is equal for all arms, in addition to crops and kernels.

    Args:
        budget: steps trains every arm as the experiment says; seconds gives each the same time to train;
            parameters changes the width of each until it has as many parameters as the baseline.
        seconds: Training time of each arm in seconds, with ``budget: seconds``.
        width: The whole-number option that is changed to reach equal parameters, with ``budget: parameters``.
        tolerance: Largest relative difference in parameters that still counts as equal.
    """

    budget: Literal["steps", "seconds", "parameters"] = "steps"
    seconds: Annotated[float, Range(above=0)] | None = None
    width: str = "model.features"
    tolerance: Annotated[float, Range(above=0, below=1)] = 0.01

    def __post_init__(self) -> None:
        check_fields(self)
        if (self.budget == "seconds") != (self.seconds is not None):
            raise ValueError(f"give seconds with budget: seconds and only then, got {self.seconds}")


@dataclass(frozen=True, kw_only=True)
class Measure:
    """When and how the checkerboard of each arm is measured.

    Args:
        what: Which measures: M1 (flat field), M2 (spectrum), M3 (phases), M4 (gradient of the loss).
        every: Steps between two measurements; 0 measures at the start and at the end.
    """

    what: Sequence[Literal["M1", "M2", "M3", "M4"]] = field(default_factory=lambda: ["M1", "M2", "M3"])
    every: Annotated[int, Range(0)] = 0

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True, kw_only=True)
class Study:
    """One study, as its file writes it.

    Every arm is the base experiment with changes. Changes are written as ``path: value``,
    as in an override: ``model.upsampler: subpixel``.

    Args:
        base: The config of the base experiment, relative to this file's folder.
        name: Folder of the study under runs/; the name of the study file if not given.
        title: Title of the report.
        question: The question that the study answers, in a sentence or two.
        experiment: Changes for every arm, merged into base as a further config would be.
        blocks: Names of blocks and their changes; every arm runs in every block, and is compared within it.
        vary: Paths and lists of values: one arm for each value.
        grid: Whether vary makes an arm of every combination, instead of an arm of every single change.
        arms: Names of further arms and their changes.
        baseline: The arm that others are compared with; base is the experiment without changes.
        seeds: Seeds; every arm is trained once with each.
        intervals: Whether differences get 95 % intervals, which wants two seeds or more.
        measure: Measurements of the checkerboard during training.
        tests: Names of further tests of every trained arm, and their changes of degradation, data or metrics.
        equal: What is equal for all arms.
        launcher: The launcher that runs the arms.
        let: Free values for ${let.name} in this file.
    """

    base: Path
    name: str | None = None
    title: str = ""
    question: str = ""
    experiment: dict[str, Any] = field(default_factory=dict)
    blocks: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    vary: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    grid: bool = False
    arms: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    baseline: str = "base"
    seeds: Sequence[int] = field(default_factory=lambda: [0, 1, 2])
    intervals: bool = True
    measure: Measure = field(default_factory=Measure)
    tests: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    equal: Equal = field(default_factory=Equal)
    launcher: Launcher = default("local")
    let: dict[str, Any] = field(default_factory=dict)
