"""Reading the folder of a run, or of a study that may be incomplete."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from srkit.errors import RunError
from srkit.records.environment import Environment
from srkit.records.folders import RunFiles, StudyFiles, TrialFiles
from srkit.records.kernels import read_kernels
from srkit.records.log import read_log
from srkit.records.scores import ScoreRow
from srkit.records.study import ArmEntry, BlockEntry, StudyIndex, TrialEntry
from srkit.records.summary import Summary
from srkit.records.trial import Cost, MeasureRow, read_problem, read_protocol
from srkit.report.results import OWN, ArmResult, BlockResult, Results, RunResult, TestResult, TrialResult
from srkit.report.scores import ScoreSet


def read_results(folder: Path) -> Results:
    """Read the folder of a finished run, or of a study with the trials that it has so far.

    Raises:
        RunError: The folder is neither; the run is not finished; no trial of the study has scores; or a file is
            damaged.
    """
    return _read_study(StudyFiles(folder)) if StudyFiles(folder).index.is_file() else _read_single(folder)


def read_run(folder: Path) -> RunResult:
    """Read a finished run.

    Raises:
        RunError: The folder is no run, or the run is not finished, or a file of it is damaged.
    """
    files = RunFiles(folder)
    missing = [path.name for path in files.finished if not path.is_file()]
    if len(missing) == len(files.finished):
        found = "none of its files" if folder.is_dir() else "nothing of that name"
        raise RunError(f"{folder}: wants a run folder, as `srkit run` makes it, or a study's; found {found}")
    if missing:
        are = "is" if len(missing) == 1 else "are"
        raise RunError(
            f"{folder}: wants a finished run, but {' and '.join(missing)} {are} missing; "
            f"go on with it by --resume {folder}"
        )
    summary = Summary.read(files.summary)
    again = f"delete {files.summary} and score again by --resume {folder}"
    return RunResult(
        files=files,
        summary=summary,
        environment=Environment.read(files.environment),
        config=files.config.read_text(encoding="utf-8"),
        log=read_log(files.log),
        scores=read_scores(files.scores, summary, again),
        kernels=read_kernels(files.kernels),
    )


def read_scores(path: Path, summary: Summary, again: str) -> ScoreSet:
    """Read the rows of a ``scores.jsonl``.

    Args:
        path: The file.
        summary: The summary of the run, which gives the models and the order of the metrics.
        again: The way out for a missing row, in words: how the run or the test is scored again.

    Raises:
        RunError: A row is damaged, or a model or image lacks a score that others have.
    """
    scores = ScoreSet(tuple(ScoreRow.read_all(path)), tuple(summary.protocol))
    if not scores.rows:
        raise RunError(f"{path}: wants scores, found none; {again}")
    for model, image, metric in scores.gaps((summary.baseline, summary.network)):
        raise RunError(
            f"{path}: wants {metric} of {model!r} on {image!r} beside the other scores, found none; {again}"
        )
    return scores


def _read_single(folder: Path) -> Results:
    run = read_run(folder)
    name, seed = run.summary.name, run.environment.seed or 0
    trial = TrialResult(seed, folder.name, run=run, tests={OWN: _own(run)})
    command = run.environment.command
    return Results(
        folder=folder,
        title=name,
        question="",
        command=shlex.join([Path(command[0]).name, *command[1:]]) if command else "",
        mode="",
        seeds=[seed],
        intervals=True,
        tests=[],
        blocks=(BlockResult("", name, (ArmResult(name, 0, {}, (trial,)),)),),
        text=run.config,
        single=True,
    )


def _read_study(files: StudyFiles) -> Results:
    index = StudyIndex.read(files.index)
    results = Results(
        folder=files.path,
        title=index.title,
        question=index.question,
        command=index.command,
        mode=index.mode,
        seeds=index.seeds,
        intervals=index.intervals,
        tests=index.tests,
        blocks=_TrialReader(files, index).blocks(),
        text=files.config.read_text(encoding="utf-8") if files.config.is_file() else "",
    )
    if not results.runs:
        first = next((f"; {name}: {trial.problem}" for name, trial in results.titled() if trial.problem), "")
        raise RunError(f"{files.path}: wants a trial that has scores, found none of {len(results.trials)}{first}")
    return results


class _TrialReader:
    """Reads the blocks of a study, and each trial once, even if several arms share it."""

    def __init__(self, files: StudyFiles, index: StudyIndex) -> None:
        self.files, self.index = files, index
        self.numbers = {block.baseline: 0 for block in index.blocks[:1]}
        self.trials: dict[str, TrialResult] = {}

    def blocks(self) -> tuple[BlockResult, ...]:
        return tuple(self._block(entry) for entry in self.index.blocks)

    def _block(self, entry: BlockEntry) -> BlockResult:
        return BlockResult(entry.name, entry.baseline, tuple(self._arm(arm) for arm in entry.arms))

    def _arm(self, entry: ArmEntry) -> ArmResult:
        number = self.numbers.setdefault(entry.name, len(self.numbers))
        return ArmResult(entry.name, number, entry.changes, tuple(self._trial(trial) for trial in entry.trials))

    def _trial(self, entry: TrialEntry) -> TrialResult:
        if entry.id not in self.trials:
            self.trials[entry.id] = self._read(entry, self.files.trial(entry.id))
        return self.trials[entry.id]

    def _read(self, entry: TrialEntry, files: TrialFiles) -> TrialResult:
        problem = read_problem(files.error)
        if not files.summary.is_file():
            return TrialResult(entry.seed, entry.id, problem)
        run = read_run(files.path)
        return TrialResult(
            entry.seed,
            entry.id,
            problem,
            run,
            Cost.read(files.cost) if files.cost.is_file() else None,
            tuple(MeasureRow.read_all(files.measures)) if files.measures.is_file() else (),
            {OWN: _own(run), **dict(self._tests(files, run))},
        )

    def _tests(self, files: TrialFiles, run: RunResult) -> Iterator[tuple[str, TestResult]]:
        for name in self.index.tests:
            test = files.test(name)
            if test.scores.is_file():
                settings = yaml.safe_load(test.config.read_text(encoding="utf-8"))
                scores = read_scores(test.scores, run.summary, f"delete {test.scores} and start the study again")
                yield name, TestResult(scores, read_protocol(test.protocol), _given(settings))


def _own(run: RunResult) -> TestResult:
    return TestResult(run.scores, run.summary.protocol, _given(run.settings))


def _given(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return all values on which the LR images of a test depend; pairs bring LR of their own."""
    images = (settings.get("data") or {}).get("test")
    names = ("scale",) if _has_pairs(images) else ("degradation", "scale", "seed")
    return {"images": images, **{name: settings.get(name) for name in names}}


def _has_pairs(dataset: Any) -> bool:
    """Return whether a dataset of a config is one of pairs, or is made of such; a mix has only those or none."""
    if isinstance(dataset, Mapping):
        return dataset.get("use") == "pairs" or any(map(_has_pairs, dataset.values()))
    return isinstance(dataset, list) and any(map(_has_pairs, dataset))
