"""Train an experiment in its folder, from wherever the folder stands."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from srkit.engine.checkpoint import load_training, save_training
from srkit.engine.finite import Step
from srkit.engine.fit import fit
from srkit.errors import RunError, TrainingError
from srkit.experiment import Experiment
from srkit.run.build import Built
from srkit.run.folder import RunFolder
from srkit.run.plan import planned_steps
from srkit.run.record import Record
from srkit.run.session import Session
from srkit.run.weights import save_best
from srkit.slots import Balanced

UNGUARDED = 100
"""Steps in which a network may be worse than ``train.guard`` allows: from scratch it needs some to be any good."""


@dataclass
class Progress:
    """What a run must remember besides the training state. ``psnr`` is that of the step ``validated``."""

    steps: int
    seconds: float = 0.0
    best: float = float("-inf")
    best_step: int = -1
    without_better: int = 0
    finished: bool = False
    validated: int = -1
    psnr: float = float("inf")


def train(experiment: Experiment, built: Built, folder: RunFolder) -> Generator[Record, None, None]:
    """Train ``built`` as ``experiment`` says, yielding every record once it is in the log.

    Goes on from ``last.pt`` where there is one, as if it had never stopped: on a
    CPU in fp32 the weights come out bit-equal. Whoever leaves the loop early
    (Ctrl-C) gets a checkpoint at the step where he left.

    Raises:
        TrainingError: The loss is no longer a number, or the network is worse than ``train.guard`` allows.
        CheckpointError: A checkpoint cannot be written, or belongs to another experiment.
    """
    with Session(experiment, built, folder) as session:
        yield from _Training(experiment, built, folder, session).records()


class _Training:
    """One training: the loop and what it does between steps."""

    def __init__(self, experiment: Experiment, built: Built, folder: RunFolder, session: Session) -> None:
        self.options = experiment.train
        self.experiment, self.built, self.folder, self.session = experiment, built, folder, session
        self.saved = -1
        self.progress = self._restore() or self._begin()
        self.before, self.started = self.progress.seconds, time.monotonic()

    def records(self) -> Generator[Record, None, None]:
        """Train to the end, yielding what happens."""
        progress, state = self.progress, self.session.state
        self.folder.rewind(state.step)
        yield self._log("plan", steps=progress.steps)
        if state.step == 0:
            self._save()  # a run killed in its first minute resumes too
        self._guard()  # what stopped it once stops it again, unless its config was changed
        clock = _Clock(self.options.batch)
        try:
            for step in self._steps():
                clock.tick()
                if step.step == 1 and (weights := self._balanced()):
                    yield self._log("balance", **weights)
                if step.step % self.options.log_every == 0 or step.step == progress.steps:
                    yield self._train_record(step, clock)
                if self._due(step.step, self.options.validate_every):
                    yield from self._validate()
                    clock.skip()
                if self._due(step.step, self.options.checkpoint_every):
                    self._save()
                    clock.skip()
                if reason := self._stop_reason(step.step):
                    yield self._log("stop", reason=reason)
                    break
        except GeneratorExit:
            self._save()
            raise
        if progress.validated != state.step:
            yield from self._validate()
        progress.finished = True
        self._save()

    def _steps(self) -> Iterator[Step]:
        if self.progress.finished:
            return iter(())
        return fit(
            self.session.state,
            self.session.pair,
            self.session.loss,
            until=self.progress.steps,
            precision=self.session.precision,
            clip=self.options.clip,
            pyramid=self.options.pyramid,
            compile=self.options.compile,
        )

    def _due(self, step: int, every: int) -> bool:
        return every > 0 and step % every == 0 and step < self.progress.steps

    def _train_record(self, step: Step, clock: _Clock) -> Record:
        return self._log(
            "train",
            loss=step.loss.item(),
            lr=step.lr,
            images_per_second=clock.images_per_second,
            seconds_per_step=clock.seconds_per_step,
        )

    def _validate(self) -> Iterator[Record]:
        """Measure the validation images, and keep the weights if they are the best so far."""
        progress, state = self.progress, self.session.state
        means = self.session.validate()
        progress.validated, progress.psnr = state.step, means["psnr"]
        better = means["psnr"] > progress.best
        if better:
            progress.best, progress.best_step, progress.without_better = means["psnr"], state.step, 0
            save_best(self.folder, self.experiment, self.built, self.session.evaluated, state.step)
        else:
            progress.without_better += 1
        yield self._log("validate", **means, best=float(better))
        self._guard()

    def _guard(self) -> None:
        """Stop a training whose network has become worse than interpolation, with its state saved.

        Raises:
            TrainingError: What was measured, what does this, and the ways out.
        """
        progress, step, guard = self.progress, self.session.state.step, self.options.guard
        if guard is None or step < UNGUARDED or progress.validated != step:
            return
        bicubic = self.session.baseline_psnr
        if progress.psnr >= bicubic - guard:
            return
        self._save()
        raise TrainingError(
            f"step {step}: wants a validation PSNR above {bicubic - guard:.2f} dB, bicubic's {bicubic:.2f} less "
            f"train.guard={guard:g}, found {progress.psnr:.2f}; too high a learning rate, a loss without a pixel "
            "term, or a term that drowns it does this: lower the rate, balance the term against a pixel loss "
            "(loss: weighted), start from weights that a pixel loss has trained (start), or give train.guard=null; "
            f"the weights and the state of this step stay in {self.folder.path}"
        )

    def _balanced(self) -> dict[str, float]:
        loss = self.session.loss
        weights: Mapping[str, float] = loss.balanced if isinstance(loss, Balanced) else {}
        return {f"weight.{name}": weight for name, weight in weights.items()}

    def _stop_reason(self, step: int) -> str | None:
        patience, minutes = self.options.patience, self.options.minutes
        if patience is not None and self.progress.without_better >= patience:
            return f"no better validation PSNR in {patience} validations; stopping early"
        if minutes is not None and step < self.progress.steps and self._seconds() > 1.1 * 60 * minutes:
            return f"{minutes:g} minutes are over; the machine was slower than when the steps were planned"
        return None

    def _seconds(self) -> float:
        return self.before + time.monotonic() - self.started

    def _log(self, event: str, **values: float | str) -> Record:
        record = Record(event, self.session.state.step, {**values, "seconds": round(self._seconds(), 3)})
        self.folder.append([record])
        self.session.track(record)
        return record

    def _begin(self) -> Progress:
        return Progress(steps=planned_steps(self.experiment, self.built, self.session))

    def _save(self) -> None:
        if self.saved == self.session.state.step and not self.progress.finished:
            return
        self.progress.seconds = self._seconds()
        save_training(self.folder.last, {"state": self.session.state.state_dict(), "progress": vars(self.progress)})
        self.saved = self.session.state.step

    def _restore(self) -> Progress | None:
        if not self.folder.last.exists():
            return None
        saved: dict[str, Any] = load_training(self.folder.last)
        if not {"state", "progress"} <= saved.keys():
            raise RunError(f"{self.folder.last}: wants the state of a training; found {', '.join(saved)}")
        try:
            progress = Progress(**saved["progress"])
        except TypeError:
            wanted = ", ".join(one.name for one in fields(Progress))
            raise RunError(f"{self.folder.last}: wants {wanted}; found {saved['progress']!r}") from None
        self.session.start(progress.steps)
        self.session.state.load_state_dict(saved["state"], str(self.folder.last))
        self.saved = self.session.state.step
        return progress


class _Clock:
    """How fast training goes, without what happens between its steps."""

    def __init__(self, batch: int) -> None:
        self.batch, self.last = batch, time.monotonic()
        self.seconds_per_step = 0.0

    def tick(self) -> None:
        """Take the time of one more step; the mean forgets slowly."""
        now = time.monotonic()
        took, self.last = now - self.last, now
        first = self.seconds_per_step == 0
        self.seconds_per_step = took if first else 0.9 * self.seconds_per_step + 0.1 * took

    def skip(self) -> None:
        """Do not count the time since the last step."""
        self.last = time.monotonic()

    @property
    def images_per_second(self) -> float:
        """Crops trained on in a second."""
        return self.batch / max(self.seconds_per_step, 1e-9)
