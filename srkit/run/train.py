"""Train an experiment in its folder, from wherever the folder stands."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Any

from srkit import __version__
from srkit.config.show import fill
from srkit.engine.checkpoint import load_training, save_training
from srkit.engine.finite import Step
from srkit.engine.fit import fit
from srkit.errors import CheckpointError, RunError, TrainingError
from srkit.experiment import Experiment
from srkit.records.log import Record
from srkit.run.build import Built
from srkit.run.changed import changes
from srkit.run.clock import Clock, Pace
from srkit.run.folder import RunFolder
from srkit.run.plan import planned_steps
from srkit.run.session import Session
from srkit.run.signals import held
from srkit.run.weights import save_best
from srkit.slots import Balanced, Pair

UNGUARDED = 100
"""Steps in which a network may be worse than ``train.guard`` allows: from scratch it needs some to be any good."""

SAVE_SECONDS = 600.0
"""Seconds of training between checkpoints where ``train.checkpoint_every`` is 0."""

LATE = 1.1
"""How far training may run over the minutes it was given, before it is stopped."""


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
    CPU in fp32 the weights come out bit-equal. Whoever leaves the loop early gets
    a checkpoint at the step where he left, and so does Ctrl-C (KeyboardInterrupt),
    which waits for the step at hand. Any other error between two steps, such as an
    image that cannot be read, leaves a checkpoint too.

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
        self.config, self.torn = fill(experiment), False
        resumed = self._restore()
        self.progress = resumed or self._begin()
        self.saved = self._mark() if resumed else None
        self.clock = Clock(self.progress.seconds)
        self.saved_seconds = self.progress.seconds
        self.pace = Pace(self.options.batch, self.clock)

    def records(self) -> Generator[Record, None, None]:
        """Train to the end, yielding what happens; the clock stands still while somebody looks at it."""
        try:
            for record in self._events():
                self.clock.stop()
                yield record
                self.clock.go()
        except (GeneratorExit, KeyboardInterrupt):
            if not self.torn:
                self._save()
            raise
        except TrainingError:  # its state is saved where it is worth it, or it is no longer finite
            raise
        except Exception:
            if not self.torn:
                with suppress(CheckpointError, OSError):  # the first error is the one to tell
                    self._save()
            raise

    def _events(self) -> Iterator[Record]:
        progress, state = self.progress, self.session.state
        self.folder.rewind(state.step, again=self._again())
        yield self._log("plan", steps=progress.steps, crops=progress.steps * self.options.batch)
        if state.step == 0:
            self._save()  # a run killed in its first minute resumes too
        if self._due(self.options.validate_every) and progress.validated != state.step:
            yield from self._validate()  # it was left between this step and its validation
        self._guard()  # what stopped it once stops it again, unless its config was changed
        if progress.finished:
            return
        pairs: list[Pair] = []
        steps = self._fit(pairs)
        while (reason := self._stop_reason()) is None and state.step < progress.steps:
            yield from self._step(steps, pairs)
            if self._due(self.options.validate_every):
                yield from self._validate()
            if self._due(self.options.checkpoint_every) or self._long_unsaved():
                self._save()
        if reason is not None:
            yield self._log("stop", reason=reason)
        else:
            next(steps, None)  # looks at the last losses, which may still be on their way from the device
        if progress.validated != state.step:
            yield from self._validate()
        progress.finished = True
        self._save()

    def _again(self) -> list[str]:
        """Return the events of the step where training stands that will come again."""
        validated = self.progress.validated == self.session.state.step
        return [*([] if validated else ["validate"]), *([] if self.progress.finished else ["stop"])]

    def _fit(self, pairs: list[Pair]) -> Iterator[Step]:
        """Return the steps; each takes its batch out of ``pairs``."""
        return fit(
            self.session.state,
            lambda _: pairs.pop(),
            self.session.loss,
            until=self.progress.steps,
            precision=self.session.precision,
            clip=self.options.clip,
            pyramid=self.options.pyramid,
            compile=self.options.compile,
        )

    def _step(self, steps: Iterator[Step], pairs: list[Pair]) -> list[Record]:
        """Take a step and log what there is to say of it; Ctrl-C waits until both are done."""
        with held():
            pairs.append(self.session.pair(self.session.state.step))  # an image that cannot be read tears nothing
            self.torn = True  # should a signal strike all the same, there is nothing to save
            step = next(steps)
            self.torn = False
            self.pace.step()
            records = []
            if step.step == 1 and (weights := self._balanced()):
                records.append(self._log("balance", **weights))
            if step.step % self.options.log_every == 0 or step.step == self.progress.steps:
                records.append(self._train_record(step))
        return records

    def _due(self, every: int) -> bool:
        """Return whether what is done ``every`` so many steps is to be done now; the end has its own."""
        step = self.session.state.step
        return every > 0 and step % every == 0 and 0 < step < self.progress.steps

    def _long_unsaved(self) -> bool:
        return self.options.checkpoint_every == 0 and self.clock.seconds - self.saved_seconds >= SAVE_SECONDS

    def _train_record(self, step: Step) -> Record:
        loss = step.loss.item()
        seconds, images = self.pace.lap()
        return self._log("train", loss=loss, lr=step.lr, images_per_second=images, seconds_per_step=seconds)

    def _validate(self) -> Iterator[Record]:
        """Measure the validation images, and keep the weights if they are the best so far."""
        progress, state = self.progress, self.session.state
        means = self.session.validate()
        with held():  # the file of the best weights and what is remembered of them belong together
            progress.validated, progress.psnr = state.step, means["psnr"]
            better = means["psnr"] > progress.best
            if better:
                progress.best, progress.best_step, progress.without_better = means["psnr"], state.step, 0
                save_best(self.folder, self.experiment, self.built, self.session.evaluated, state.step)
            else:
                progress.without_better += 1
            record = self._log("validate", **means, best=float(better))
            self.pace.skip()
        yield record
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

    def _stop_reason(self) -> str | None:
        patience, minutes = self.options.patience, self.options.minutes
        if self.session.state.step >= self.progress.steps:
            return None
        if patience is not None and self.progress.without_better >= patience:
            return f"no better validation PSNR in {patience} validations; stopping early"
        if minutes is not None and self.clock.seconds > LATE * 60 * minutes:
            return f"{minutes:g} minutes are over; the machine was slower than when the steps were planned"
        return None

    def _log(self, event: str, **values: float | str) -> Record:
        record = Record(event, self.session.state.step, {**values, "seconds": round(self.clock.seconds, 3)})
        self.folder.append([record])
        self.session.track(record)
        return record

    def _begin(self) -> Progress:
        return Progress(steps=planned_steps(self.experiment, self.built, self.session))

    def _save(self) -> None:
        if self.saved == self._mark():
            return
        self.progress.seconds = self.clock.seconds
        with held():
            state = {"state": self.session.state.state_dict(), "progress": vars(self.progress)}
            save_training(self.folder.last, {**state, "config": self.config, "srkit": __version__})
            self.saved, self.saved_seconds = self._mark(), self.progress.seconds
            self.pace.skip()

    def _mark(self) -> tuple[int, int, bool]:
        """Return what differs between two states worth saving."""
        return self.session.state.step, self.progress.validated, self.progress.finished

    def _restore(self) -> Progress | None:
        if not self.folder.last.exists():
            return None
        saved: dict[str, Any] = load_training(self.folder.last)
        if not {"state", "progress"} <= saved.keys():
            raise RunError(f"{self.folder.last}: wants the state of a training; found {', '.join(saved)}")
        self._refuse_changes(saved)
        try:
            progress = Progress(**saved["progress"])
        except TypeError:
            wanted = ", ".join(one.name for one in fields(Progress))
            raise RunError(f"{self.folder.last}: wants {wanted}; found {saved['progress']!r}") from None
        self.session.start(progress.steps)
        self.session.state.load_state_dict(saved["state"], str(self.folder.last))
        return progress

    def _refuse_changes(self, saved: Mapping[str, Any]) -> None:
        """See that the config is the one trained with so far; a checkpoint of old does not say.

        Raises:
            RunError: Every difference, and the ways out.
        """
        before = saved.get("config", self.config)
        if found := list(changes(before, self.config, newer=saved.get("srkit") != __version__)):
            best = f"start={self.folder.best}" if self.folder.best.exists() else "them"
            way_out = f"put back what was there, or make a new run with {best}"
            raise RunError(
                "\n    ".join(
                    [f"{self.folder.config}: wants what the run was trained with so far, found:", *found, way_out]
                )
            )
