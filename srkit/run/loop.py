"""Training of an experiment in its folder, from the start or from its last checkpoint."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress

from srkit.errors import CheckpointError, TrainingError
from srkit.experiment import Experiment
from srkit.pair import Pair
from srkit.parts.loss import Balanced
from srkit.parts.regime import BATCHES, FAILURE
from srkit.records.log import Record
from srkit.run.budget import planned_steps
from srkit.run.build import Built
from srkit.run.checkpoint import Checkpoint
from srkit.run.clock import Clock, Pace
from srkit.run.folder import RunFolder
from srkit.run.guard import collapsed
from srkit.run.progress import TrainingProgress
from srkit.run.session import Session
from srkit.run.signals import Held, held
from srkit.run.step_record import checked
from srkit.run.weights import save_best
from srkit.training import Step
from srkit.world import ALONE, World

SAVE_SECONDS = 600.0
"""Seconds of training between checkpoints if ``train.checkpoint_every`` is 0."""

LATE = 1.1
"""Factor by which training may exceed its budget of minutes before it is stopped."""


def train(
    experiment: Experiment, built: Built, folder: RunFolder, world: World = ALONE
) -> Generator[Record, None, None]:
    """Train ``built`` as ``experiment`` says, yielding every record once it is in the log.

    Training resumes from ``last.pt`` if there is one, as if it had never stopped: on a CPU
    in fp32 the weights are bit-equal. A caller that leaves the loop early leaves a checkpoint
    of that step, and so does Ctrl-C (KeyboardInterrupt), which waits for the present step. Any
    other error between two steps, such as an image that cannot be read, leaves one too.

    Where several processes train together, each runs this; the first alone writes files. They stop together,
    between two steps, when any of them is interrupted or cannot read an image; the state is saved then, too.

    Args:
        experiment: The experiment.
        built: Its parts.
        folder: The folder of the run.
        world: The processes that train together.

    Raises:
        TrainingError: The loss is no longer a number, or the network is worse than ``train.guard`` allows.
        CheckpointError: A checkpoint cannot be written, or belongs to another experiment.
        RunError: The folder holds a run of another config, or on other images.
    """
    with Session(experiment, built, folder, world) as session:
        yield from _Loop(experiment, built, folder, session).records()


class _Loop:
    """One training: its steps, and what is done between them."""

    def __init__(self, experiment: Experiment, built: Built, folder: RunFolder, session: Session) -> None:
        self.options, self.select, self.world = experiment.train, built.select, session.world
        self.experiment, self.built, self.folder, self.session = experiment, built, folder, session
        self.checkpoint, self.torn = Checkpoint(experiment, built, folder, session), False
        self.known = self.world.size == 1  # whether all processes know of an error, and stand at the same place
        resumed = self.checkpoint.restore()
        self.progress = resumed or TrainingProgress(planned_steps(experiment, built, session))
        self.saved = self._mark() if resumed else None
        self.clock = Clock(self.progress.seconds)
        self.saved_seconds = self.progress.seconds
        self.batches = BATCHES.of(session.training)
        self.pace = Pace(self.options.batch * self.batches, self.clock)

    def records(self) -> Generator[Record, None, None]:
        """Train to the end, yielding records; the clock is stopped while the caller handles one."""
        together = held() if self.world.size > 1 else nullcontext(Held())
        try:
            with together as waiting:
                for record in self._events(waiting):
                    self.clock.stop()
                    yield record
                    self.clock.go()
        except (GeneratorExit, KeyboardInterrupt):
            if not self.torn:
                self._save()
            raise
        except TrainingError:  # a guard has saved the state already, or it is not finite
            raise
        except Exception:
            if not self.torn and self.known:  # saving needs all processes
                with suppress(CheckpointError, OSError):  # the first error is the one to report
                    self._save()
            raise

    def _events(self, waiting: Held) -> Iterator[Record]:
        progress = self.progress
        self._rewind()
        yield self._log("plan", steps=progress.steps, crops=progress.steps * self.options.batch * self.batches)
        if self._step_number == 0:
            self._save()  # so that a run that is killed in its first minute can be resumed
        if self._due(self.options.validate_every) and progress.validated != self._step_number:
            yield from self._validate()  # it was stopped between this step and its validation
        self._guard()  # a guard that stopped it once stops it again, unless its config was changed
        if progress.finished:
            return
        pairs: list[Pair] = []
        steps = self.session.training.fit(lambda _: pairs.pop(0), until=progress.steps)
        while (reason := self._ready(waiting, pairs)) is None and self._step_number < progress.steps:
            yield from self._step(steps)
            self._stop_failure()
            if self._due(self.options.validate_every):
                yield from self._validate()
            if self._due(self.options.checkpoint_every) or self._long_unsaved():
                self._save()
        if reason is not None:
            yield self._log("stop", reason=reason)
        else:
            next(steps, None)  # checks the last losses, which may still be on their way from the device
        if progress.validated != self._step_number:
            yield from self._validate()
        progress.finished = True
        self._save()

    @property
    def _step_number(self) -> int:
        return self.session.training.step

    def _rewind(self) -> None:
        """Remove the log's records of later steps, and those of this step that will be written again."""
        validated = self.progress.validated == self._step_number
        again = [*([] if validated else ["validate"]), *([] if self.progress.finished else ["stop"])]
        if self.world.first:
            self.folder.rewind(self._step_number, again=again)

    def _step(self, steps: Iterator[Step]) -> list[Record]:
        """Take a step and log its records; Ctrl-C waits until both are done."""
        with held():
            self.torn = True  # from here to the end of the step the state must not be saved
            wanted = self._step_number + 1
            taken = next(steps, None)
            step = checked(taken, wanted, self._step_number, self.options.regime.name)
            self.torn = False
            self.pace.step()
            records = []
            if step.step == 1 and (weights := self._balanced()):
                records.append(self._log("balance", **weights))
            if step.step % self.options.log_every == 0 or step.step == self.progress.steps:
                records.append(self._train_record(step))
        return records

    def _due(self, every: int) -> bool:
        """Return whether an action of every ``every`` steps is due now; the last step is handled apart."""
        return every > 0 and self._step_number % every == 0 and 0 < self._step_number < self.progress.steps

    def _long_unsaved(self) -> bool:
        long = self.clock.seconds - self.saved_seconds >= SAVE_SECONDS
        return self.options.checkpoint_every == 0 and self.world.agree(long)

    def _train_record(self, step: Step) -> Record:
        numbers = step.numbers
        if endless := [name for name, value in numbers.items() if not math.isfinite(value)]:
            raise TrainingError(
                f"regime {self.options.regime.name!r}: step {step.step}: wants finite losses, rates and norms, "
                f"found {endless[0]} {numbers[endless[0]]}; the regime should have stopped before that step"
            )
        seconds, images = self.pace.lap()
        return self._log("train", **numbers, images_per_second=images, seconds_per_step=seconds)

    def _validate(self) -> Iterator[Record]:
        """Measure the validation images, and keep the weights if they are the best so far."""
        with self._in_all():
            means = self.session.validation.means(self.session.training.evaluated)
        value = self.select.value(means)
        with held():  # the file of the best weights and the progress must stay consistent
            better = self.select.prefers(value, self.progress.best)
            self.progress.measured(self._step_number, means["psnr"], value, better=better)
            if better and self.world.first:
                network = self.session.training.evaluated
                save_best(self.folder, self.experiment, self.built, network, self._step_number)
            record = self._log("validate", **means, best=float(better))
            self.pace.skip()
        yield record
        self._guard()

    def _guard(self) -> None:
        """Stop a training whose network has become worse than interpolation, with its state saved.

        Raises:
            TrainingError: Gives the PSNR, possible causes, and ways out.
        """
        progress, guard = self.progress, self.options.guard
        if guard is None or progress.validated != self._step_number:
            return
        bicubic = self.session.validation.bicubic_psnr
        if error := collapsed(self._step_number, progress.psnr, bicubic, guard, self.folder.path):
            self._save()
            raise error

    def _stop_failure(self) -> None:
        """Stop a training whose regime says that it has failed, with its state saved.

        Raises:
            TrainingError: The regime's words.
        """
        if reason := FAILURE.of(self.session.training):
            self._save()
            raise TrainingError(reason)

    def _balanced(self) -> dict[str, float]:
        loss = self.session.loss
        weights: Mapping[str, float] = loss.balanced if isinstance(loss, Balanced) else {}
        return {f"weight.{name}": weight for name, weight in weights.items()}

    def _ready(self, waiting: Held, pairs: list[Pair]) -> str | None:
        """Prepare the batches of the next step, or return the reason to stop before it, the same in all processes.

        The state has not changed yet, so that the error of an image leaves it whole.

        Raises:
            KeyboardInterrupt: One of several processes was interrupted.
            FailedElsewhereError: An image cannot be read by another process.
        """
        reason = self._own_stop_reason()

        def prepare() -> tuple[bool, str | None]:
            if reason is None and self._step_number < self.progress.steps:
                first = self._step_number * self.batches
                with held():
                    pairs[:] = [self.session.pair(number) for number in range(first, first + self.batches)]
            return waiting.struck, reason

        with self._in_all():
            told = self.world.together(prepare)
        if any(struck for struck, _ in told):
            raise KeyboardInterrupt
        return told[0][1]

    @contextmanager
    def _in_all(self) -> Iterator[None]:
        """Note that all processes know of an error, unless it is that of a connection."""
        try:
            yield
        except Exception as error:
            self.known = self.known or not isinstance(error, RuntimeError)
            raise

    def _own_stop_reason(self) -> str | None:
        patience, minutes = self.options.patience, self.options.minutes
        if self._step_number >= self.progress.steps:
            return None
        if patience is not None and self.progress.without_better >= patience:
            return f"no better {self.select.title} in {patience} validations; stopping early"
        if minutes is not None and self.clock.seconds > LATE * 60 * minutes:
            return f"{minutes:g} minutes are over; the machine was slower than when the steps were planned"
        return None

    def _log(self, event: str, **values: float | str) -> Record:
        record = Record(event, self._step_number, {**values, "seconds": round(self.clock.seconds, 3)})
        if self.world.first:
            self.folder.append([record])
            self.session.track(record)
        return record

    def _save(self) -> None:
        if self.saved == self._mark():
            return
        self.progress.seconds = self.clock.seconds
        with held():
            self.checkpoint.save(self.progress)
            self.saved, self.saved_seconds = self._mark(), self.progress.seconds
            self.pace.skip()

    def _mark(self) -> tuple[int, int, bool]:
        """Return a value that differs between two states that are worth saving."""
        return self._step_number, self.progress.validated, self.progress.finished
