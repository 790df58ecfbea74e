"""A study, read from its folder, as far as it has come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from srkit.errors import RunError
from srkit.report.read import Run, read_object, read_rows, read_run, read_scores, typed
from srkit.report.study.study import OWN, Arm, Block, Cost, Measured, Study, Tested, Trial

STUDY = "study.json"


@dataclass(frozen=True)
class _Told:
    """What ``study.json`` holds."""

    title: str
    question: str
    command: str
    mode: str
    seeds: list[int]
    intervals: bool
    tests: list[str]
    blocks: list[dict[str, Any]]
    folders: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _ToldBlock:
    name: str
    baseline: str
    arms: list[dict[str, Any]]


@dataclass(frozen=True)
class _ToldArm:
    name: str
    changes: dict[str, Any]
    trials: list[dict[str, Any]]


def is_study(folder: Path) -> bool:
    """Return whether a folder is a study's."""
    return (folder / STUDY).is_file()


def read_study(folder: Path) -> Study:
    """Read a study as far as it has come.

    Raises:
        RunError: The folder is no study's, no trial of it has scores, or a file of it is damaged.
    """
    path = folder / STUDY
    if not is_study(folder):
        found = f"no {STUDY} in it" if folder.is_dir() else "nothing of that name"
        raise RunError(f"{folder}: wants a study folder, as `srkit ablate` makes it; found {found}")
    told = typed(_Told, read_object(path), path)
    written = folder / "study.yaml"
    study = Study(
        folder=folder,
        title=told.title,
        question=told.question,
        command=told.command,
        mode=told.mode,
        seeds=told.seeds,
        intervals=told.intervals,
        tests=told.tests,
        blocks=_Reader(folder, path, _folders(told)).blocks(told.blocks),
        text=written.read_text(encoding="utf-8") if written.is_file() else "",
    )
    if not study.runs:
        first = next((f"; {name}: {trial.problem}" for name, trial in study.titled() if trial.problem), "")
        raise RunError(f"{folder}: wants a trial that has scores, found none of {len(study.trials)}{first}")
    return study


class _Reader:
    """Reads blocks, and each trial once, however many arms share it."""

    def __init__(self, folder: Path, path: Path, tests: Mapping[str, str]) -> None:
        self.folder, self.path, self.tests = folder, path, tests
        self.names: dict[str, int] = {}
        self.trials: dict[str, Trial] = {}

    def blocks(self, told: list[dict[str, Any]]) -> tuple[Block, ...]:
        blocks = [typed(_ToldBlock, one, self.path) for one in told]
        self.names = {one.baseline: 0 for one in blocks[:1]}
        return tuple(Block(one.name, one.baseline, tuple(map(self._arm, one.arms))) for one in blocks)

    def _arm(self, told: dict[str, Any]) -> Arm:
        one = typed(_ToldArm, told, self.path)
        trials = tuple(self._trial(typed(Trial, trial, self.path)) for trial in one.trials)
        return Arm(one.name, self.names.setdefault(one.name, len(self.names)), one.changes, trials)

    def _trial(self, named: Trial) -> Trial:
        if named.id not in self.trials:
            self.trials[named.id] = self._read(named, self.folder / named.id)
        return self.trials[named.id]

    def _read(self, named: Trial, path: Path) -> Trial:
        error = path / "error.txt"
        problem = error.read_text(encoding="utf-8").partition("\n")[0] if error.is_file() else None
        if not (path / "summary.json").is_file():
            return Trial(named.seed, named.id, problem)
        run, cost, measures = read_run(path), path / "cost.json", path / "measures.jsonl"
        return Trial(
            named.seed,
            named.id,
            problem,
            run,
            typed(Cost, read_object(cost), cost) if cost.is_file() else None,
            tuple(read_rows(measures, Measured)) if measures.is_file() else (),
            dict(self._tests(path, run)),
        )

    def _tests(self, path: Path, run: Run) -> Iterator[tuple[str, Tested]]:
        yield OWN, Tested(run.scores, run.summary.protocol, _given(run.settings))
        for name, called in self.tests.items():
            folder = path / "tests" / called
            if (scores := folder / "scores.jsonl").is_file():
                settings = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
                again = f"delete {scores} and start the study again"
                yield name, Tested(read_scores(scores, again), _protocol(folder, settings, run), _given(settings))


def _folders(told: _Told) -> dict[str, str]:
    """Return what the folder of each test is called; studies of earlier versions called it as the test."""
    return {test: told.folders.get(test, test) for test in told.tests}


def _protocol(test: Path, settings: Mapping[str, Any], run: Run) -> dict[str, Any]:
    """Return how a test measured; where nobody wrote that down, as its run, if it has the same metrics."""
    if (test / "protocol.json").is_file():
        return read_object(test / "protocol.json")
    return dict(run.summary.protocol) if settings.get("metrics") == run.settings.get("metrics") else {}


def _given(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return all that the LR images of a test depend on."""
    images = (settings.get("data") or {}).get("test")
    return {"images": images, **{name: settings.get(name) for name in ("degradation", "scale", "seed")}}
