"""A study as its folder tells it: blocks, arms, trials, and what each came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from srkit.report.read import Run
from srkit.report.scores import Scores

OWN = ""
"""The test that a trial was made for, beside those that the study adds."""


@dataclass(frozen=True)
class Measured:
    """What one measure of the checkerboard said at one step; ``image`` is None where it is of none."""

    step: int
    measure: str
    value: float
    image: str | None = None


@dataclass(frozen=True)
class Cost:
    """What a network costs: multiply-adds for an HR image of 1280x720, seconds, bytes."""

    parameters: int
    multiply_adds: int
    seconds_per_step: float | None = None
    peak_memory: int | None = None


@dataclass(frozen=True)
class Tested:
    """What a trained arm scored on one test, how every metric measured there, and what LR images it was given.

    Where two say the same of ``given``, they were given the same images.
    """

    scores: Scores
    protocol: Mapping[str, Mapping[str, Any]]
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Trial:
    """One arm with one seed. ``run`` is None until it has scores; ``problem`` says why it failed."""

    seed: int
    id: str
    problem: str | None = None
    run: Run | None = None
    cost: Cost | None = None
    measures: tuple[Measured, ...] = ()
    tests: Mapping[str, Tested] = field(default_factory=dict)


@dataclass(frozen=True)
class Arm:
    """An arm of a block; ``index`` counts the arms of the study from the baseline, 0, and gives each its colour."""

    name: str
    index: int
    changes: Mapping[str, Any]
    trials: tuple[Trial, ...]

    @property
    def scored(self) -> list[Trial]:
        """The trials that have scores."""
        return [trial for trial in self.trials if trial.run is not None]

    @property
    def runs(self) -> list[Run]:
        """What they ran."""
        return [trial.run for trial in self.trials if trial.run is not None]


@dataclass(frozen=True)
class Block:
    """Arms that are compared with one another; a study without blocks has one, without a name."""

    name: str
    baseline: str
    arms: tuple[Arm, ...]

    @property
    def base(self) -> Arm:
        """The arm that others are compared with."""
        return next(arm for arm in self.arms if arm.name == self.baseline)

    @property
    def runs(self) -> list[Run]:
        """The runs of all its trials."""
        return [run for arm in self.arms for run in arm.runs]


@dataclass(frozen=True)
class Study:
    """What a study folder says."""

    folder: Path
    title: str
    question: str
    command: str
    mode: str
    seeds: Sequence[int]
    intervals: bool
    tests: Sequence[str]
    blocks: tuple[Block, ...]
    text: str

    @property
    def trials(self) -> dict[str, Trial]:
        """Every trial by its id; arms that come to the same experiment share one."""
        return {trial.id: trial for block in self.blocks for arm in block.arms for trial in arm.trials}

    @property
    def runs(self) -> list[Run]:
        """The runs of all trials, each once."""
        return [trial.run for trial in self.trials.values() if trial.run is not None]

    @property
    def arms(self) -> list[str]:
        """The names of all arms, in the order of the study."""
        return list(dict.fromkeys(arm.name for block in self.blocks for arm in block.arms))

    def titled(self) -> Iterator[tuple[str, Trial]]:
        """Yield each trial once, with what it is called: block, arm, seed."""
        seen: set[str] = set()
        for block in self.blocks:
            for arm in block.arms:
                for trial in arm.trials:
                    if trial.id not in seen:
                        seen.add(trial.id)
                        yield ", ".join(filter(None, (block.name, arm.name, f"seed {trial.seed}"))), trial
