"""The names of all files in the folders of runs, trials and studies."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from srkit.filename import safe_filename

LOCK = ".lock"
"""The file that the process at work in a folder holds, in that of a study too."""

LONGEST_TEST_NAME = 60
"""Letters that the folder of a test keeps of the test's name."""


@dataclass(frozen=True)
class RunFiles:
    """The files of one run, by what they hold."""

    path: Path

    @property
    def config(self) -> Path:
        """The filled config: every value, defaults written out."""
        return self.path / "config.yaml"

    @property
    def environment(self) -> Path:
        """``Environment``: versions, machine, seed and command."""
        return self.path / "environment.json"

    @property
    def log(self) -> Path:
        """One ``Record`` a line."""
        return self.path / "log.jsonl"

    @property
    def scores(self) -> Path:
        """One ``ScoreRow`` for each model, image and metric."""
        return self.path / "scores.jsonl"

    @property
    def summary(self) -> Path:
        """``Summary``; it is written last, so a run that has one is finished."""
        return self.path / "summary.json"

    @property
    def finished(self) -> tuple[Path, ...]:
        """The files that a finished run has, and a report needs."""
        return self.config, self.environment, self.log, self.scores, self.summary

    @property
    def best(self) -> Path:
        """The weights that were the best on the validation images."""
        return self.path / "best.safetensors"

    @property
    def last(self) -> Path:
        """The training state to resume from."""
        return self.path / "last.pt"

    @property
    def pictures(self) -> Path:
        """A folder for each test image."""
        return self.path / "pictures"

    @property
    def kernels(self) -> Path:
        """The blur kernel of every test image that has one."""
        return self.pictures / "kernels.npz"

    def picture(self, image: str, version: str) -> Path:
        """Return the file of one version of a test image: ``lr``, ``hr``, or the name of a scored model."""
        return self.pictures / image / f"{version}.png"


@dataclass(frozen=True)
class FurtherTestFiles:
    """The files of one further test of a trained arm."""

    path: Path

    @property
    def config(self) -> Path:
        """The filled config of the experiment as it is tested."""
        return self.path / "config.yaml"

    @property
    def scores(self) -> Path:
        """One ``ScoreRow`` for each model, image and metric."""
        return self.path / "scores.jsonl"

    @property
    def protocol(self) -> Path:
        """How each metric measured, by its name."""
        return self.path / "protocol.json"

    @property
    def inputs(self) -> Path:
        """``TrialInputs``: digests of the files that it was tested with."""
        return self.path / "inputs.json"

    @property
    def identity(self) -> Path:
        """A hash of all that the scores depend on."""
        return self.path / "identity.txt"


@dataclass(frozen=True)
class TrialFiles(RunFiles):
    """The files of one trial of a study: those of a run, and more."""

    @property
    def orders(self) -> Path:
        """``TrialOrders``: what to measure, the names of the further tests, and the command of the study."""
        return self.path / "measure.json"

    @property
    def measures(self) -> Path:
        """One ``MeasureRow`` a line: the checkerboard along the way."""
        return self.path / "measures.jsonl"

    @property
    def cost(self) -> Path:
        """``Cost``: what the network costs."""
        return self.path / "cost.json"

    @property
    def error(self) -> Path:
        """Why the trial failed; the first line is the message."""
        return self.path / "error.txt"

    @property
    def output(self) -> Path:
        """What the process printed."""
        return self.path / "output.txt"

    @property
    def inputs(self) -> Path:
        """``TrialInputs``: digests of the files that it was trained with."""
        return self.path / "inputs.json"

    def test(self, name: str) -> FurtherTestFiles:
        """Return the files of the further test ``name``."""
        return FurtherTestFiles(self.path / "tests" / folder_of_test(name))


@dataclass(frozen=True)
class StudyFiles:
    """The files of one study."""

    path: Path

    @property
    def index(self) -> Path:
        """``StudyIndex``: which trials belong to which arm, and where they lie."""
        return self.path / "study.json"

    @property
    def config(self) -> Path:
        """The study as written, every default written out."""
        return self.path / "study.yaml"

    def trial(self, name: str) -> TrialFiles:
        """Return the files of the trial whose id is ``name``."""
        return TrialFiles(self.path / name)


def folder_of_test(name: str) -> str:
    """Return the name of the folder of a further test: the test's name, or one like it that is a plain name.

    A test's name may be a path, or differ from another's in a slash alone. A name that is not plain gets a hash
    of the whole name, so two tests never share a folder, and none lies outside of ``tests/``.
    """
    short = safe_filename(name)[:LONGEST_TEST_NAME].rstrip(" .-")
    return short if short == name else f"{short}-{hashlib.sha256(name.encode()).hexdigest()[:6]}".lstrip("-")
