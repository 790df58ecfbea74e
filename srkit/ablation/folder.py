"""The folder of one trial: those of a run, and what a study adds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from srkit.ablation.plan import Trial
from srkit.atomic import write_text
from srkit.config.identity import DECISIVE, identity
from srkit.config.show import fill, to_yaml
from srkit.engine.precision import resolve_device
from srkit.experiment import Experiment
from srkit.plain import plain
from srkit.plugins import Catalog
from srkit.run import RunFolder
from srkit.run.environment import environment

LONGEST = 60
"""Letters of a test's name that its folder has."""


@dataclass(frozen=True)
class TrialFolder:
    """The files of one trial."""

    run: RunFolder

    @classmethod
    def at(cls, path: Path) -> TrialFolder:
        """Name the files of the trial in ``path``."""
        return cls(RunFolder(path))

    @property
    def path(self) -> Path:
        """The folder."""
        return self.run.path

    @property
    def measures(self) -> Path:
        """The checkerboard along the way."""
        return self.path / "measures.jsonl"

    @property
    def measure(self) -> Path:
        """What to measure, and the names of the further tests."""
        return self.path / "measure.json"

    @property
    def cost(self) -> Path:
        """What the network costs."""
        return self.path / "cost.json"

    @property
    def error(self) -> Path:
        """Why the trial failed, its first line the message."""
        return self.path / "error.txt"

    @property
    def output(self) -> Path:
        """What the process printed."""
        return self.path / "output.txt"

    @property
    def inputs(self) -> Path:
        """What the files were like that it was trained on."""
        return self.path / "inputs.json"

    def test_inputs(self, name: str) -> Path:
        """Return what the files of one further test were like."""
        return self.test(name) / "inputs.json"

    def test_identity(self, name: str) -> Path:
        """Return the file of one further test that tells by a hash what its scores were measured with."""
        return self.test(name) / "identity.txt"

    def test(self, name: str) -> Path:
        """Return the folder of one further test."""
        return self.path / "tests" / folder_of(name)

    def complete(self, trial: Trial) -> bool:
        """Return whether everything there is to know of the trial is known."""
        tests = all(self.tested(name, test) for name, test in trial.tests.items())
        return self.run.summary.exists() and self.cost.exists() and tests

    def tested(self, name: str, test: Experiment) -> bool:
        """Return whether a test has its scores, and they are of the test as it is now: it may have been edited."""
        written = self.test_identity(name)
        if not ((self.test(name) / "scores.jsonl").exists() and written.exists()):
            return False
        return written.read_text(encoding="utf-8").strip() == identity(test, DECISIVE)


def folder_of(name: str) -> str:
    """Return what the folder of a test is called: its name, or where that is no plain one, one like it.

    A name may be a path or differ from another's in a slash alone: what is not plain gets a hash of the
    whole name, so that two tests never share a folder and none lies outside of ``tests/``.
    """
    short = plain(name)[:LONGEST].rstrip(" .-")
    return short if short == name else f"{short}-{hashlib.sha256(name.encode()).hexdigest()[:6]}".lstrip("-")


def prepare(trial: Trial, path: Path, catalog: Catalog) -> TrialFolder:
    """Write what the process of a trial reads. What is there says the same: the folder is named by its hash."""
    folder = TrialFolder.at(path)
    path.mkdir(parents=True, exist_ok=True)
    folder.error.unlink(missing_ok=True)  # of an earlier start; if this one dies early, nobody shall believe it
    if not folder.run.environment.exists():
        device = resolve_device(trial.experiment.train.device)
        values = environment(catalog, trial.seed, device)
        write_text(folder.run.environment, json.dumps(values, indent=2) + "\n")
    write_text(folder.measure, json.dumps({**trial.measure, "tests": list(trial.tests)}) + "\n")
    for name, test in trial.tests.items():
        folder.test(name).mkdir(parents=True, exist_ok=True)
        if not folder.tested(name, test):
            (folder.test(name) / "scores.jsonl").unlink(missing_ok=True)
            write_text(folder.test(name) / "config.yaml", to_yaml(fill(test)))
            write_text(folder.test_identity(name), identity(test, DECISIVE) + "\n")
    write_text(folder.run.config, to_yaml(fill(trial.experiment)))
    return folder
