"""Execution of a plan: the study's launcher runs every trial that has no scores yet."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from srkit.ablation.folder import TrialFolder, prepare
from srkit.ablation.plan import Plan, PlannedArm
from srkit.atomic import write_text
from srkit.config.show import fill, to_yaml
from srkit.errors import RunError
from srkit.lock import alone
from srkit.parts.launcher import Ended, LauncherFn, Task
from srkit.records.folders import LOCK, StudyFiles
from srkit.records.study import ArmEntry, BlockEntry, StudyIndex, TrialEntry
from srkit.records.trial import read_problem


@dataclass(frozen=True)
class Outcome:
    """The end of a trial: ``problem`` is None if it has its scores, otherwise the first line of the reason."""

    id: str
    problem: str | None


def waiting(plan: Plan, folder: Path) -> list[str]:
    """Return the ids of the trials that are still to be run, in the order of the plan."""
    return [name for name, trial in plan.trials.items() if not TrialFolder(folder / name).complete(trial)]


def execute(
    plan: Plan, folder: Path, *, jobs: int | None = None, launcher: LauncherFn | None = None
) -> Iterator[Outcome]:
    """Run the trials that are waiting in ``folder`` and yield each as it ends; a failed one stops no other.

    After a kill, another call goes on from there: a trial that has its scores is not touched, and a trial
    that was interrupted resumes from its last checkpoint.

    Args:
        plan: The trials to run.
        folder: The folder of the study, in which each trial gets its own folder.
        jobs: How many trials run at the same time; None leaves it to the launcher.
        launcher: The launcher that runs them; None is the study's.

    Raises:
        BuildError: The launcher refuses its options; nothing has been written by then.
        RunError: The folder holds something else, cannot be written, or is in use by another process; or a launcher
            ended a task that it was not given.
    """
    launch = launcher or plan.study.launcher()
    with _claimed(folder):
        files = StudyFiles(folder)
        write_text(files.config, to_yaml(fill(plan.study)))
        study_index(plan).write(files.index)
        left = waiting(plan, folder)
        for name in plan.trials.keys() - left:  # it may be of a test that is no longer in the study
            TrialFolder(folder / name).error.unlink(missing_ok=True)
        for ended in launch([_task(plan, name, folder) for name in left], jobs):
            if ended.name not in left:
                raise RunError(
                    f"launcher: wants every task that it was given ended once, found the end of {ended.name!r}"
                )
            left.remove(ended.name)
            yield _outcome(plan, folder, ended.name, ended)
        for name in left:
            yield _outcome(plan, folder, name, None)


def problem(plan: Plan, folder: Path, name: str) -> str | None:
    """Return the first line of the reason why a trial failed; None if it is complete or was not tried."""
    trial = TrialFolder(folder / name)
    return None if trial.complete(plan.trials[name]) else read_problem(trial.error)


def _outcome(plan: Plan, folder: Path, name: str, ended: Ended | None) -> Outcome:
    """Return the outcome of a trial, judged by the files that it left and not by what its launcher reports."""
    trial = TrialFolder(folder / name)
    if not trial.complete(plan.trials[name]) and not trial.error.exists():
        _died(trial, ended)
    return Outcome(name, problem(plan, folder, name))


def study_index(plan: Plan) -> StudyIndex:
    """Return the plan as the report reads it: the trials of each arm, and their folders."""
    study = plan.study
    return StudyIndex(
        title=study.title or plan.name,
        question=study.question,
        command=shlex.join(["srkit", *sys.argv[1:]]),
        mode=study.equal.budget,
        seeds=tuple(study.seeds),
        intervals=study.intervals,
        tests=tuple(study.tests),
        blocks=tuple(
            BlockEntry(block.name, study.baseline, tuple(_arm_entry(arm) for arm in block.arms))
            for block in plan.blocks
        ),
        name=plan.name,
    )


def _arm_entry(arm: PlannedArm) -> ArmEntry:
    trials = tuple(TrialEntry(trial.seed, trial.id) for trial in arm.trials)
    return ArmEntry(arm.name, dict(arm.changes), trials, arm.parameters)


def _task(plan: Plan, name: str, folder: Path) -> Task:
    trial = prepare(plan.trials[name], folder / name)
    return Task(name, (*_safe(), "-m", "srkit", "trial"), trial.path, trial.output)


def _safe() -> tuple[str, ...]:
    """Return options of Python that keep a process from importing another srkit from the working folder.

    ``python -m`` searches the working folder first: in the folder around a clone it finds the clone and takes it
    for the package. If this process searches it too, as in a source tree, then the others must do the same.
    """
    return () if {"", os.getcwd()} & set(sys.path) else ("-P",)


def _died(folder: TrialFolder, ended: Ended | None) -> None:
    """Write the error of a trial whose process could not write it itself; ``ended`` is None if it is not known."""
    code = None if ended is None or ended.reason else ended.code
    if ended is None:
        how = "its launcher never reported its end"
    elif code is None:
        how = str(ended.reason)
    elif code == 0:
        how = "its launcher reports success, but it has no scores"
    elif code < 0:
        how = f"its process was ended by signal {-code}{'; was there too little memory?' if code == -9 else ''}"
    else:
        how = f"its process ended with status {code}"
    try:
        printed = folder.output.read_text(encoding="utf-8", errors="replace")
    except OSError:  # a launcher may not have written this file
        printed = ""
    last = printed.strip().rpartition("\n")[2]
    write_text(folder.error, f"{how}{f': {last}' if last and code and code > 0 else ''}\n\n{printed}")


@contextmanager
def _claimed(folder: Path) -> Iterator[None]:
    """Create the folder of a study or reuse it, and lock it against other processes."""
    if folder.exists() and not StudyFiles(folder).index.exists() and (not folder.is_dir() or any(_others(folder))):
        raise RunError(
            f"{folder}: wants a new folder or that of a study, found something else; give another --output"
        )
    with ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(alone(folder / LOCK))
        except BlockingIOError:
            raise RunError(
                f"{folder}: another srkit ablate is at work here; wait for it, or give another --output"
            ) from None
        except OSError as error:
            raise RunError(f"{folder}: cannot hold a study: {error.strerror}; give another --output") from None
        yield


def _others(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.name != LOCK)
