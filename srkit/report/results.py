"""The contents of a folder of results: blocks, arms and trials. A run is a study of one arm with one seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from srkit.records.environment import Environment
from srkit.records.folders import RunFiles
from srkit.records.log import Record
from srkit.records.summary import Summary
from srkit.records.trial import Cost, MeasureRow
from srkit.report.scores import ScoreSet

OWN = ""
"""The name of a trial's own test, beside the further tests of a study."""


@dataclass(frozen=True)
class RunResult:
    """The contents of a run folder."""

    files: RunFiles
    summary: Summary
    environment: Environment
    config: str
    log: Sequence[Record]
    scores: ScoreSet
    kernels: Mapping[str, NDArray[np.float64]]

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The filled config as plain values."""
        tree = yaml.safe_load(self.config)
        return tree if isinstance(tree, dict) else {}

    def curve(self, event: str, name: str) -> tuple[list[float], list[float]]:
        """Return the steps of all records of an event that carry the number ``name``, and the numbers."""
        numbers = [
            (float(record.step), values[name])
            for record in self.log
            if record.event == event and name in (values := record.numbers())
        ]
        return [step for step, _ in numbers], [value for _, value in numbers]

    def logged(self, event: str) -> list[str]:
        """Return the names of all numbers that records of an event carry, in the order of the log."""
        return list(
            dict.fromkeys(name for record in self.log if record.event == event for name in record.numbers())
        )


@dataclass(frozen=True)
class TestResult:
    """The scores of a trained arm on one test, the protocol of every metric there, and the LR images it was given.

    Two results with equal ``given`` are of the same LR images.
    """

    __test__ = False  # keeps pytest from collecting it as a class of tests

    scores: ScoreSet
    protocol: Mapping[str, Mapping[str, Any]]
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TrialResult:
    """One arm with one seed. ``run`` is None until it has scores; ``problem`` says why it failed."""

    seed: int
    id: str
    problem: str | None = None
    run: RunResult | None = None
    cost: Cost | None = None
    measures: tuple[MeasureRow, ...] = ()
    tests: Mapping[str, TestResult] = field(default_factory=dict)


@dataclass(frozen=True)
class ArmResult:
    """An arm of a block. ``index`` counts the arms of the study from the baseline, 0; it gives each its colour."""

    name: str
    index: int
    changes: Mapping[str, Any]
    trials: tuple[TrialResult, ...]

    @property
    def scored(self) -> list[TrialResult]:
        """The trials that have scores."""
        return [trial for trial in self.trials if trial.run is not None]

    @property
    def runs(self) -> list[RunResult]:
        """The runs of the trials that have scores."""
        return [trial.run for trial in self.trials if trial.run is not None]


@dataclass(frozen=True)
class BlockResult:
    """Arms that are compared with one another; a study without blocks has one, without a name."""

    name: str
    baseline: str
    arms: tuple[ArmResult, ...]

    @property
    def base(self) -> ArmResult:
        """The arm that others are compared with."""
        return next(arm for arm in self.arms if arm.name == self.baseline)


@dataclass(frozen=True)
class Results:
    """The contents of the folder of a study or of a run.

    Args:
        folder: The folder.
        title: Title of the report.
        question: The question that the study answers; empty for a run.
        command: The command line.
        mode: The quantity that is equal for all arms: steps, seconds or parameters; empty for a run.
        seeds: Seeds; every arm is trained once with each.
        intervals: Whether differences between arms get 95 % intervals.
        tests: Names of the further tests.
        blocks: Arms and their trials.
        text: The config of the run or the study file, every default written out.
        single: Whether the folder is that of a run.
    """

    folder: Path
    title: str
    question: str
    command: str
    mode: str
    seeds: Sequence[int]
    intervals: bool
    tests: Sequence[str]
    blocks: tuple[BlockResult, ...]
    text: str
    single: bool = False

    @property
    def trials(self) -> dict[str, TrialResult]:
        """Every trial by its id; arms that come to the same experiment share one."""
        return {trial.id: trial for block in self.blocks for arm in block.arms for trial in arm.trials}

    @property
    def runs(self) -> list[RunResult]:
        """The runs of all trials that have scores, each once."""
        return [trial.run for trial in self.trials.values() if trial.run is not None]

    @property
    def arms(self) -> list[ArmResult]:
        """All arms in the order of the study, one of each name."""
        found: dict[str, ArmResult] = {}
        for block in self.blocks:
            for arm in block.arms:
                found.setdefault(arm.name, arm)
        return list(found.values())

    @property
    def network(self) -> str:
        """The name of the trained network in the scores."""
        return self.runs[0].summary.network

    @property
    def interpolation(self) -> str:
        """The name in the scores of the interpolation that every network is measured beside, such as bicubic."""
        return self.runs[0].summary.baseline

    def titled(self) -> Iterator[tuple[str, TrialResult]]:
        """Yield each trial once, with its title: block, arm, seed."""
        seen: set[str] = set()
        for block in self.blocks:
            for arm in block.arms:
                for trial in arm.trials:
                    if trial.id not in seen:
                        seen.add(trial.id)
                        yield ", ".join(filter(None, (block.name, arm.name, f"seed {trial.seed}"))), trial
