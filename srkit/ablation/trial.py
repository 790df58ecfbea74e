"""One trial in its folder: train, score, measure, test. A process of its own, which may be killed at any time."""

from __future__ import annotations

import json
import os
import sys
import threading
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from srkit.ablation.cost import costs
from srkit.ablation.measures import Measures
from srkit.ablation.plan import Trial
from srkit.atomic import write_text
from srkit.config.check import check
from srkit.config.show import fill, to_yaml
from srkit.config.source import read
from srkit.engine.checkpoint import load_into, load_weights
from srkit.engine.precision import resolve_device
from srkit.errors import SrkitError
from srkit.experiment import Experiment
from srkit.lock import alone
from srkit.plugins import Catalog
from srkit.run import RunFolder, build, score, train
from srkit.run.environment import environment
from srkit.run.folder import LOCK
from srkit.run.score import score_rows


@dataclass(frozen=True)
class TrialFolder:
    """The files of one trial: those of a run, and what a study adds."""

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
        """What to measure."""
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

    def test(self, name: str) -> Path:
        """Return the folder of one further test."""
        return self.path / "tests" / name

    def complete(self, trial: Trial) -> bool:
        """Return whether everything there is to know of the trial is known."""
        tests = all(self.tested(name, to_yaml(fill(test))) for name, test in trial.tests.items())
        return self.run.summary.exists() and self.cost.exists() and tests

    def tested(self, name: str, config: str) -> bool:
        """Return whether a test has its scores, and they are of the test as it is now: it may have been edited."""
        written = self.test(name) / "config.yaml"
        scored = (self.test(name) / "scores.jsonl").exists() and written.exists()
        return scored and written.read_text(encoding="utf-8") == config


def prepare(trial: Trial, path: Path, catalog: Catalog) -> TrialFolder:
    """Write what the process of a trial reads. What is there says the same: the folder is named by its hash."""
    folder = TrialFolder.at(path)
    path.mkdir(parents=True, exist_ok=True)
    if not folder.run.environment.exists():
        device = resolve_device(trial.experiment.train.device)
        values = environment(catalog, trial.seed, device)
        write_text(folder.run.environment, json.dumps(values, indent=2) + "\n")
    write_text(folder.measure, json.dumps(dict(trial.measure)) + "\n")
    for name, test in trial.tests.items():
        folder.test(name).mkdir(parents=True, exist_ok=True)
        config = to_yaml(fill(test))
        if not folder.tested(name, config):
            (folder.test(name) / "scores.jsonl").unlink(missing_ok=True)
            write_text(folder.test(name) / "config.yaml", config)
    write_text(folder.run.config, to_yaml(fill(trial.experiment)))
    return folder


def perform(path: Path, catalog: Catalog) -> bool:
    """Run the trial in ``path`` from where it stands; return whether it came to its end.

    What goes wrong is written to ``error.txt``: the message, and for a bug its traceback.
    """
    folder = TrialFolder.at(path)
    with alone(path / LOCK, wait=True):  # one whose parent was killed may need a moment to notice
        try:
            folder.error.unlink(missing_ok=True)
            _perform(folder, catalog)
        except SrkitError as error:
            write_text(folder.error, f"{error}\n")
            return False
        except Exception as error:
            write_text(folder.error, f"{type(error).__name__}: {error}\n\n{traceback.format_exc()}")
            return False
    return True


def stop_with_parent() -> None:
    """End this process as soon as its standard input ends, however its parent came to its end."""

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        os._exit(1)

    threading.Thread(target=wait, name="srkit-parent", daemon=True).start()


def _perform(folder: TrialFolder, catalog: Catalog) -> None:
    run = RunFolder.open(folder.path)
    run.sweep()
    experiment = _read(run.config, catalog)
    built = build(experiment, catalog)
    wanted: dict[str, Any] = json.loads(folder.measure.read_text(encoding="utf-8"))
    measures = Measures(experiment, built, folder.measures, wanted["what"], wanted["every"])
    if not run.summary.exists():
        step = 0
        for record in train(experiment, built, run):
            measures.follow(record)
            step = record.step
        tensors, _ = load_weights(run.best)
        load_into(built.model, tensors, str(run.best))
        measures.finish(step)
        write_text(folder.cost, json.dumps(costs(experiment, built, run.log), indent=2) + "\n")
        for _ in score(experiment, built, run):
            pass
    tensors, _ = load_weights(run.best)
    load_into(built.model, tensors, str(run.best))
    for test in sorted(path.parent for path in (folder.path / "tests").glob("*/config.yaml")):
        if not (test / "scores.jsonl").exists():
            tested = _read(test / "config.yaml", catalog)
            parts = build(tested, catalog)
            protocol = {name: getattr(metric, "protocol", {}) for name, metric in parts.metrics.items()}
            write_text(test / "protocol.json", json.dumps(protocol, indent=2) + "\n")
            rows = score_rows(tested, parts, built.model)
            write_text(test / "scores.jsonl", "".join(json.dumps(row) + "\n" for row in rows))


def _read(config: Path, catalog: Catalog) -> Experiment:
    checked: Experiment = check(read([config]), Experiment, catalog)
    return checked


def limit_threads() -> None:
    """Compute with as many threads as the launcher says, whatever torch thinks of it."""
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
