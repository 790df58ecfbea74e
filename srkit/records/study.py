"""``study.json``: the index of a study folder: which trials belong to which arm, and where they lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from srkit.records.fields import ObjectFile


@dataclass(frozen=True)
class TrialEntry:
    """One arm with one seed; ``id`` is the name of its folder within the study's."""

    seed: int
    id: str


@dataclass(frozen=True)
class ArmEntry:
    """One arm: its name, what it changes of the base experiment by the path of the option, and its trials."""

    name: str
    changes: Mapping[str, Any]
    trials: tuple[TrialEntry, ...]
    parameters: int | None = None


@dataclass(frozen=True)
class BlockEntry:
    """Arms that are compared with the one that is called ``baseline``; a study without blocks has one, unnamed."""

    name: str
    baseline: str
    arms: tuple[ArmEntry, ...]


@dataclass(frozen=True)
class StudyIndex(ObjectFile):
    """The arms, seeds and tests that a study compares.

    Args:
        title: Title of the report.
        question: The question that the study answers.
        command: The command line that ran it.
        mode: The quantity that is equal for all arms: steps, seconds or parameters.
        seeds: Seeds; every arm is trained once with each.
        intervals: Whether differences get 95 % intervals.
        tests: Names of the further tests.
        blocks: The blocks with their arms.
        name: The study's name.
    """

    title: str
    question: str
    command: str
    mode: str
    seeds: tuple[int, ...]
    intervals: bool
    tests: tuple[str, ...]
    blocks: tuple[BlockEntry, ...]
    name: str = ""
