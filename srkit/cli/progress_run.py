"""A run on the screen: a bar while it trains, a table when it is done."""

from __future__ import annotations

import math
from collections.abc import Generator
from types import TracebackType
from typing import Self

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table

from srkit.cli.interrupt import interrupts
from srkit.errors import CheckpointError, DataError, ImageError, RunError
from srkit.experiment import LAST, Experiment
from srkit.records.log import Record
from srkit.records.summary import Summary
from srkit.report.numbers import label, protocol
from srkit.run.folder import RunFolder
from srkit.world import FailedElsewhereError

LINES_WITHOUT_TERMINAL = 20

LONGER = 30
"""Minutes of training that are suggested after a short run."""

OUTSIDE = (ImageError, DataError, CheckpointError, RunError, FailedElsewhereError)
"""Errors of files and disks, not of the training: once they are fixed, the run can be resumed."""


class RunProgress:
    """Shows the records of a run: a live bar on a terminal, a line from time to time elsewhere.

    Args:
        experiment: The experiment.
        folder: Its folder.
        select: The metric that chooses the weights that are kept, or ``last``.
        quiet: Whether to show nothing.
        processes: How many processes train together; the records are those of the first.
    """

    def __init__(
        self, experiment: Experiment, folder: RunFolder, *, select: str, quiet: bool, processes: int = 1
    ) -> None:
        self.console = Console(quiet=quiet)
        self.live = self.console.is_terminal and not quiet
        self.bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("{task.fields[numbers]}"),
            TimeRemainingColumn(compact=True),
            console=self.console,
            disable=not self.live,
            expand=True,
        )
        self.task: TaskID | None = None
        self.total = self.step = 0
        self.crops_per_step = experiment.train.batch
        self.select = select
        self.validated, self.validates = False, experiment.train.validate_every > 0
        self.processes, self.shared = processes, False
        self.folder = folder
        self.title = f"x{experiment.scale} {experiment.name}"

    def __enter__(self) -> Self:
        self.console.print(
            f"[bold]{escape(self.title)}[/bold]",
            f"in {escape(str(self.folder.path))}" + (f" by {self.processes} processes" * (self.processes > 1)),
            highlight=False,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bar.stop()
        if kind is KeyboardInterrupt:
            typer.echo(f"stopped; go on with: srkit run --resume {self.folder.path}", err=True)
        elif isinstance(error, OUTSIDE) and self.folder.last.exists():
            typer.echo(f"stopped; put this right, then go on with: srkit run --resume {self.folder.path}", err=True)

    def follow(self, records: Generator[Record, None, None]) -> None:
        """Show every record until the run ends or is interrupted.

        Raises:
            KeyboardInterrupt: Ctrl-C or SIGTERM, after the present step has been finished and saved.
        """
        with interrupts():
            try:
                for record in records:
                    self._show(record)
            finally:
                records.close()  # a signal arrived while a record was shown: the run saves its state

    def _show(self, record: Record) -> None:
        if record.event != "score":
            self.step = record.step
        match record.event:
            case "plan":
                self._plan(record)
            case "train":
                self._step(record)
            case "balance":
                weights = [one.partition(".")[2] for one in record.values if one.startswith("weight.")]
                said = ", ".join(f"{name} {record.number(f'weight.{name}'):.4g}" for name in weights)
                self._say(f"step {record.step:>6}  weights of balanced terms: {said}")
            case "validate":
                self._say(
                    f"step {record.step:>6}  validation PSNR {record.number('psnr'):.2f} dB{self._chosen(record)}"
                )
            case "stop":
                self._say(f"step {record.step:>6}  {record.values['reason']}")
            case "score" if self.processes > 1:
                if not self.shared:
                    self._say(f"scoring the test images in {self.processes} processes")
                self.shared = True
            case "score" if record.step == 0 or self.live is False:
                self._say(f"scored {record.values['image']}")

    def _chosen(self, record: Record) -> str:
        """Return the metric that chooses the weights, unless it is PSNR, and whether they are the best so far."""
        value = "" if self.select in ("psnr", LAST) else f", {self.select.upper()} {record.number(self.select):.4f}"
        best = self.validates and self.validated and self.select != LAST and record.values.get("best")
        self.validated = True
        return value + ("  best so far" if best else "")

    def _plan(self, record: Record) -> None:
        self.total, crops = int(record.number("steps")), int(record.number("crops"))
        self.validated = record.step > 0  # a resumed run may have been validated, and knows the best PSNR of then
        self.crops_per_step = crops // self.total
        self._say(f"{self.total} steps planned, {_rounded(crops)} crops")
        self.bar.start()  # not before: images that are read first have a bar of their own
        self.task = self.bar.add_task("training", total=self.total, completed=record.step, numbers="")

    def _step(self, record: Record) -> None:
        numbers = (
            f"loss {record.number('loss'):.4g}  lr {record.number('lr'):.2g}  "
            f"{record.number('images_per_second'):.1f} img/s"
        )
        if self.task is not None:
            self.bar.update(self.task, completed=record.step, numbers=numbers)
        every = max(1, self.total // LINES_WITHOUT_TERMINAL)
        if not self.live and (record.step % every == 0 or record.step == self.total):
            left = (self.total - record.step) * self.crops_per_step / record.number("images_per_second")
            self._say(f"step {record.step:>6}/{self.total}  {numbers}  {left:.0f} s left")

    def _say(self, text: str) -> None:
        self.console.print(text, highlight=False, markup=False)


def way_on(experiment: Experiment, crops: int) -> str | None:
    """Return the advice to train longer after a short run, or None if ``train.minutes`` did not limit the run.

    Args:
        experiment: The experiment that was trained.
        crops: The number of crops that it was trained on.
    """
    minutes = experiment.train.minutes
    if minutes is None or minutes >= LONGER:
        return None
    return (
        f"trained on {crops:,} crops in {minutes:g} minutes; a longer run gives a better network: "
        f"add train.minutes={LONGER} to the command"
    )


def _rounded(count: int) -> str:
    """Return a count in words: exact up to 100, then "about" with two significant digits."""
    if count <= 100:
        return str(count)
    digits = 10 ** (len(str(count)) - 2)
    return f"about {round(count / digits) * digits:,}"


def results(folder: RunFolder) -> str:
    """Return the final table: the scores of the model and of bicubic, with the protocol of every number.

    Raises:
        RunError: The summary is damaged.
    """
    try:
        return _table(Summary.read(folder.summary))
    except RunError as error:
        raise RunError(f"{error}; delete it, and score again by --resume {folder.path}") from None


def _table(summary: Summary) -> str:
    title = f"{summary.name}: x{summary.scale} on {summary.images} test images"
    table = Table(title=escape(title), title_justify="left", box=None)
    table.add_column("metric")
    for heading in (summary.baseline, "network", "gain"):
        table.add_column(heading, justify="right")
    measured: dict[str, list[str]] = {}
    for metric, value in summary.scores.items():
        digits = 2 if metric == "psnr" else 4
        baseline, gain = summary.baseline_scores.get(metric), summary.gain.get(metric)
        cells = _number(baseline, digits), _number(value, digits), _number(gain, digits, sign="+")
        table.add_row(escape(label(metric)), *cells)
        measured.setdefault(protocol(summary.protocol.get(metric, {})), []).append(metric.upper())
    console = Console(width=None, highlight=False)
    with console.capture() as captured:
        console.print(table)
        for text, metrics in measured.items():
            console.print(f"{' and '.join(metrics)}: {text}", style="dim", markup=False)
    return captured.get().rstrip()


def _number(value: float | None, digits: int, *, sign: str = "") -> str:
    return "-" if value is None or math.isnan(value) else f"{value:{sign}.{digits}f}"
