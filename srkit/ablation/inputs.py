"""The files that trials and further tests read, and whether they have changed since.

A trial is named by a hash of its config, in which the content of files stands for their paths. A study that is
moved therefore finds its trials again, and one whose images have changed trains those trials anew. The results on
the former images stay in their folders until the user deletes them, and are named here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from srkit.ablation.folder import TrialFolder
from srkit.ablation.plan import Plan
from srkit.config.identity import DECISIVE
from srkit.errors import RunError
from srkit.experiment import Experiment
from srkit.records.trial import TrialInputs
from srkit.run.contents import Contents


def confirm(path: Path, experiment: Experiment) -> None:
    """Check that the files of an experiment are still those that the study was planned with.

    Args:
        path: ``inputs.json`` of the trial or the test.
        experiment: Its experiment.

    Raises:
        RunError: Some have changed; a folder named by their former content must not hold other results.
        SrkitError: An image set cannot be opened, or an image cannot be read.
    """
    planned = TrialInputs.read(path).contents
    if keys := _changed(planned, Contents().of(experiment, DECISIVE)):
        raise RunError(f"{path}: {_have(keys)} changed since the study was planned; start the study again")


def changed(plan: Plan, folder: Path) -> Iterator[str]:
    """Yield a line for each trial and each test that is to be repeated, since its files have changed.

    Args:
        plan: The study.
        folder: The folder of the study.
    """
    waiting = {
        name: trial.inputs for name, trial in plan.trials.items() if not TrialFolder(folder / name).summary.exists()
    }
    titles = plan.titles()
    for old, found in _others(plan, folder):
        again = next((name for name, one in waiting.items() if one.experiment == found.experiment), None)
        if again is not None:
            keys = _changed(found.contents, waiting.pop(again).contents)
            what = f"{_have(keys)} changed since it was trained; it is trained again in {again}"
            yield f"{old}: {titles[again]}: {what}"
    for name, trial in plan.trials.items():
        place = TrialFolder(folder / name)
        for test, tested in trial.tests.items():
            files = place.test(test)
            if not files.scores.exists() or place.tested(test, tested) or not files.inputs.exists():
                continue
            found, now = TrialInputs.read(files.inputs), tested.inputs
            if found.experiment == now.experiment:
                keys = _changed(found.contents, now.contents)
                yield f"{files.path}: {titles[name]}: {_have(keys)} changed since test {test!r}; it is made again"


def _others(plan: Plan, folder: Path) -> Iterator[tuple[Path, TrialInputs]]:
    """Yield the finished trials in ``folder`` that are none of the plan's, with what they read."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        files = TrialFolder(path)
        if path.name not in plan.trials and files.summary.exists():
            with suppress(RunError):  # a folder that was not made by a study is no trial
                yield path, TrialInputs.read(files.inputs)


def _changed(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    return [key for key in dict.fromkeys([*before, *now]) if before.get(key) != now.get(key)]


def _have(keys: list[str]) -> str:
    return f"{' and '.join(keys)} {'has' if len(keys) == 1 else 'have'}"
