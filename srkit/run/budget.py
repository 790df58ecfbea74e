"""The number of steps of a training budget."""

from __future__ import annotations

import copy
import time

import torch

from srkit.engine.loss_state import load_loss_state, loss_state
from srkit.experiment import Experiment
from srkit.run.build import Built
from srkit.run.session import Session

TRIED, COUNTED = 7, 5
"""Steps that are run to measure the speed, and how many of them count; the first ones warm up."""


def planned_steps(experiment: Experiment, built: Built, session: Session) -> int:
    """Return the number of steps of the experiment's budget, and start the session for them.

    Minutes are converted to steps by timing a few steps, whose results are discarded. So training
    itself depends on the number of steps alone: a run of four minutes that took 250 steps is
    repeated exactly by ``train.steps=250``.
    """
    options = experiment.train
    steps = options.steps_of(len(built.train))
    if steps is None:
        assert options.minutes is not None  # one budget is given
        seconds = session.world.agree(_seconds_per_step(experiment, session))
        steps = max(1, int(60 * options.minutes / seconds))
    session.start(steps)
    return steps


def _seconds_per_step(experiment: Experiment, session: Session) -> float:
    """Return the seconds of a step, with its share of validation."""
    options = experiment.train
    before, loss_before = copy.deepcopy((session.model.state_dict(), loss_state(session.loss)))
    session.start(TRIED)
    times = [time.monotonic()]
    with torch.random.fork_rng():
        for step in session.training.fit(session.pair, until=TRIED):
            _ = step.numbers  # on a GPU a step ends when its loss can be read
            times.append(time.monotonic())
    session.model.load_state_dict(before)
    load_loss_state(session.loss, loss_before, "what was tried")
    seconds = (times[-1] - times[-1 - COUNTED]) / COUNTED
    if options.validate_every:
        began = time.monotonic()
        session.validation.means(session.training.evaluated)
        seconds += (time.monotonic() - began) / options.validate_every
    return seconds
