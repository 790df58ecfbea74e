"""A study on the screen: the trials that are running, their progress, and the results of the others."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from srkit.ablation.execute import Outcome, waiting
from srkit.ablation.folder import TrialFolder
from srkit.ablation.plan import Plan
from srkit.records.log import Record, last_record, planned_steps
from srkit.records.summary import Summary


class StudyProgress:
    """Shows the trials of a study by their logs: bars on a terminal, elsewhere a line for each trial that ends."""

    def __init__(self, plan: Plan, folder: Path, *, quiet: bool) -> None:
        self.plan, self.folder, self.titles = plan, folder, plan.titles()
        self.left = waiting(plan, folder)
        self.total = len(plan.trials)
        self.failed = 0
        self.console = Console(quiet=quiet)
        live = self.console.is_terminal and not quiet
        self.live = Live(self, console=self.console, refresh_per_second=2, transient=True) if live else None
        self.lock = threading.Lock()

    def __enter__(self) -> Self:
        done = self.total - len(self.left)
        here = f"; {done} done before" if done else ""
        self._say(f"{self.plan.name}: {self.total} trials in {self.folder}{here}")
        if self.live:
            self.live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.live:
            self.live.stop()
        if kind is KeyboardInterrupt:
            typer.echo("stopped; the same command goes on where it was", err=True)

    def ended(self, outcome: Outcome) -> None:
        """Print the outcome of a trial."""
        with self.lock:
            self.left.remove(outcome.id)
        number = f"{self.total - len(self.left)}/{self.total}"
        if outcome.problem is not None:
            self.failed += 1
            self._say(f"{number}  {self.titles[outcome.id]}  failed: {outcome.problem}")
            self._say(f"      the whole error is in {TrialFolder(self.folder / outcome.id).error}")
            return
        summary = Summary.read(TrialFolder(self.folder / outcome.id).summary)
        metric, score = next(iter(summary.scores.items()))
        digits, unit = (2, " dB") if metric == "psnr" else (4, "")
        gain = f"{summary.gain[metric]:+z.{digits}f} over {summary.baseline}"
        self._say(f"{number}  {self.titles[outcome.id]}  {metric.upper()} {score:.{digits}f}{unit} ({gain})")

    def __rich__(self) -> Group:
        """Draw the bars; rich asks for them twice a second."""
        table = Table.grid(padding=(0, 1), expand=True)
        table.add_column(no_wrap=True, ratio=1)
        table.add_column(width=16)
        table.add_column(no_wrap=True, justify="right")
        with self.lock:
            left = list(self.left)
        for one in left:
            log = TrialFolder(self.folder / one).log
            if (record := last_record(log)) is None:
                continue
            steps = int(record.values.get("steps") or planned_steps(log) or 1)
            bar = ProgressBar(total=steps, completed=record.step)
            table.add_row(self.titles[one], bar, _numbers(record, steps))
        done = f"{self.total - len(left)} of {self.total} done"
        return Group(table, Text(f"{done}, {self.failed} failed" if self.failed else done, style="dim"))

    def _say(self, text: str) -> None:
        self.console.print(
            text, highlight=False, markup=False, soft_wrap=not self.live
        )  # a file has no limited width


def _numbers(record: Record, steps: int) -> str:
    doing = f"  loss {record.number('loss'):.4g}" if "loss" in record.values else ""
    if not doing and record.step in (0, steps):  # before the first step and after the last one
        doing = "  measuring"
    return f"{record.step}/{steps}{doing}"
