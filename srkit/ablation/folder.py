"""The folder of one trial: the files of a run, and those that a study adds."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from srkit.ablation.plan import PlannedTest, PlannedTrial
from srkit.atomic import write_text
from srkit.config.show import fill, to_yaml
from srkit.records.folders import TrialFiles
from srkit.records.trial import TrialOrders
from srkit.run import RunFolder


@dataclass(frozen=True)
class TrialFolder(TrialFiles, RunFolder):
    """The folder of one trial, with checks of how far the trial has come."""

    def complete(self, trial: PlannedTrial) -> bool:
        """Return whether the trial has its scores, costs, measures and tests."""
        tests = all(self.tested(name, test) for name, test in trial.tests.items())
        return self.summary.exists() and self.cost.exists() and tests

    def tested(self, name: str, test: PlannedTest) -> bool:
        """Return whether a test has scores, and neither the test nor its files have changed since."""
        files = self.test(name)
        if not (files.scores.exists() and files.identity.exists()):
            return False
        return files.identity.read_text(encoding="utf-8").strip() == test.id


def prepare(trial: PlannedTrial, path: Path) -> TrialFolder:
    """Write the files that the process of a trial reads.

    Those of an earlier start say the same, since the folder is named by a hash of it; its files may be elsewhere.
    """
    folder = TrialFolder(path)
    path.mkdir(parents=True, exist_ok=True)
    folder.error.unlink(
        missing_ok=True
    )  # an error of an earlier start must not be taken for the result of this one
    command = ("srkit", *sys.argv[1:])
    orders = TrialOrders(tuple(trial.measure["what"]), trial.measure["every"], tuple(trial.tests), command)
    orders.write(folder.orders)
    for name, test in trial.tests.items():
        files = folder.test(name)
        files.path.mkdir(parents=True, exist_ok=True)
        if not folder.tested(name, test):
            files.scores.unlink(missing_ok=True)
            write_text(files.identity, test.id + "\n")
        write_text(files.config, to_yaml(fill(test.experiment)))  # its files may be elsewhere now
        test.inputs.write(files.inputs)
    trial.inputs.write(folder.inputs)
    write_text(folder.config, to_yaml(fill(trial.experiment)))
    return folder
