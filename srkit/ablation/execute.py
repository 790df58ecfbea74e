"""A plan, executed: every trial that has no scores yet, by the study's launcher."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from srkit.ablation.plan import Plan
from srkit.ablation.trial import TrialFolder, prepare
from srkit.atomic import write_text
from srkit.config.show import fill, to_yaml
from srkit.errors import RunError
from srkit.lock import alone
from srkit.plugins import Catalog
from srkit.run.folder import LOCK
from srkit.slots import LauncherFn, Task

STUDY = "study.json"


@dataclass(frozen=True)
class Outcome:
    """How a trial ended: ``problem`` is None where it has its scores, otherwise the first line of why not."""

    id: str
    problem: str | None


def waiting(plan: Plan, folder: Path) -> list[str]:
    """Return the ids of the trials that are still to be run, in the order of the plan."""
    return [one for one, trial in plan.trials.items() if not TrialFolder.at(folder / one).complete(trial)]


def execute(
    plan: Plan, folder: Path, catalog: Catalog, *, jobs: int | None = None, launcher: LauncherFn | None = None
) -> Iterator[Outcome]:
    """Run what is waiting in ``folder`` and yield each trial as it ends; a failed one stops no other.

    Killed and called again, it goes on where it was: a trial that has its scores is not touched,
    one that was under way resumes from its last checkpoint.

    Args:
        plan: What to run.
        folder: Where; a folder for each trial is made in it.
        catalog: The parts that the plan was made with.
        jobs: Trials side by side; None leaves it to the launcher.
        launcher: What runs them; None is the study's.

    Raises:
        RunError: The folder holds something else, cannot be written, or is at work already.
    """
    with _claimed(folder):
        write_text(folder / "study.yaml", to_yaml(fill(plan.study)))
        write_text(folder / STUDY, json.dumps(describe(plan), indent=2) + "\n")
        tasks = [_task(plan, one, folder, catalog) for one in waiting(plan, folder)]
        for ended in (launcher or plan.study.launcher())(tasks, jobs):
            path = folder / ended.name
            if ended.code and not TrialFolder.at(path).error.exists():
                _died(TrialFolder.at(path), ended.code)
            yield Outcome(ended.name, problem(path))


def problem(path: Path) -> str | None:
    """Return the first line of why the trial in ``path`` failed, or None."""
    error = TrialFolder.at(path).error
    return error.read_text(encoding="utf-8").splitlines()[0] if error.exists() else None


def describe(plan: Plan) -> dict[str, Any]:
    """Return the plan as plain values, for the report: what belongs to what, and where it lies."""
    study = plan.study
    return {
        "name": plan.name,
        "title": study.title or plan.name,
        "question": study.question,
        "command": " ".join(["srkit", *sys.argv[1:]]),
        "mode": study.equal.budget,
        "baseline": study.baseline,
        "seeds": list(study.seeds),
        "intervals": study.intervals,
        "tests": list(study.tests),
        "blocks": [
            {
                "name": block.name,
                "baseline": study.baseline,
                "arms": [
                    {
                        "name": arm.name,
                        "changes": dict(arm.changes),
                        "parameters": arm.parameters,
                        "trials": [{"seed": trial.seed, "id": trial.id} for trial in arm.trials],
                    }
                    for arm in block.arms
                ],
            }
            for block in plan.blocks
        ],
    }


def _task(plan: Plan, name: str, folder: Path, catalog: Catalog) -> Task:
    trial = prepare(plan.trials[name], folder / name, catalog)
    return Task(name, (sys.executable, "-m", "srkit", "trial", str(trial.path)), trial.output)


def _died(folder: TrialFolder, code: int) -> None:
    """Say of a process that could not say it itself how it ended."""
    how = f"ended by signal {-code}" if code < 0 else f"ended with status {code}"
    hint = "; was there too little memory?" if code == -9 else ""
    printed = folder.output.read_text(encoding="utf-8", errors="replace")
    write_text(folder.error, f"its process was {how}{hint}\n\n{printed}")


@contextmanager
def _claimed(folder: Path) -> Iterator[None]:
    """Make the folder of a study, or find it as it was left; nobody else may be at it."""
    if folder.exists() and not (folder / STUDY).exists() and (not folder.is_dir() or any(_others(folder))):
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
