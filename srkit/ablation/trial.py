"""One trial in its folder: train, score, measure, test. Its process may be killed at any time."""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from srkit.ablation.checkerboard_log import CheckerboardLog
from srkit.ablation.cost import costs
from srkit.ablation.folder import TrialFolder
from srkit.ablation.inputs import confirm
from srkit.atomic import write_text
from srkit.config.check import check
from srkit.config.source import read
from srkit.engine.checkpoint import load_into, load_weights
from srkit.engine.precision import resolve_device
from srkit.errors import RunError, SrkitError
from srkit.experiment import Experiment
from srkit.lock import alone
from srkit.parts.metric import protocol_of
from srkit.plugins import Catalog
from srkit.records.folders import LOCK
from srkit.records.scores import ScoreRow
from srkit.records.trial import TrialOrders, write_protocol
from srkit.run import RunFolder, build, score, train
from srkit.run.environment import environment
from srkit.run.score import score_rows


def perform(path: Path, catalog: Catalog) -> bool:
    """Run or resume the trial in ``path``; return whether it was completed.

    An error is written to ``error.txt``: its message, and for a bug the traceback.
    """
    folder = TrialFolder(path)
    with alone(path / LOCK, wait=True):  # a process whose parent was killed may need a moment to notice it
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
    """End this process with a message as soon as its standard input ends, which it does when its parent does."""

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        with suppress(OSError):  # the reader of standard error may be gone too
            print("stopped: its launcher closed its standard input, or ended", file=sys.stderr, flush=True)
        os._exit(1)

    threading.Thread(target=wait, name="srkit-parent", daemon=True).start()


def _perform(folder: TrialFolder, catalog: Catalog) -> None:
    run = RunFolder.open(folder.path)
    run.sweep()
    experiment = _read(run.config, catalog)
    orders = TrialOrders.read(folder.orders)
    if not run.environment.exists():  # this machine may be another than that of srkit ablate
        here = environment(catalog, experiment.seed, resolve_device(experiment.train.device))
        replace(here, command=orders.command).write(run.environment)
    built = build(experiment, catalog)
    measures = CheckerboardLog(experiment, built, folder.measures, orders.what, orders.every)
    if not run.summary.exists():
        confirm(folder.inputs, experiment)
        step = 0
        for record in train(experiment, built, run):
            measures.follow(record)
            step = record.step
        tensors, _ = load_weights(run.best)
        load_into(built.model, tensors, str(run.best))
        measures.finish(step)
        costs(experiment, built, run.log).write(folder.cost)
        for _ in score(experiment, built, run):
            pass
    tensors, _ = load_weights(run.best)
    load_into(built.model, tensors, str(run.best))
    _test(folder, orders.tests, built.model, catalog)


def _test(folder: TrialFolder, names: Sequence[str], model: nn.Module, catalog: Catalog) -> None:
    """Run the further tests that have no scores; one that fails stops no other.

    Raises:
        RunError: The message of every test that failed.
    """
    problems = []
    for name in names:
        files = folder.test(name)
        if files.scores.exists():
            continue
        try:
            tested = _read(files.config, catalog)
            parts = build(tested, catalog)
            protocol = {metric: protocol_of(part) for metric, part in parts.metrics.items()}
            write_protocol(files.protocol, protocol)
            confirm(files.inputs, tested)
            ScoreRow.write_all(files.scores, score_rows(tested, parts, model))
        except SrkitError as error:
            problems.append(f"test {name!r}: {error}")
    if problems:
        raise RunError("\n".join(problems))


def _read(config: Path, catalog: Catalog) -> Experiment:
    checked: Experiment = check(read([config]), Experiment, catalog)
    return checked


def limit_threads() -> None:
    """Have torch compute with the number of threads that the launcher asked for."""
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
