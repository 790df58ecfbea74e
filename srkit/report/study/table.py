"""Tables of a study, before they are Markdown or HTML."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from srkit.report.facts import duration
from srkit.report.study import measures
from srkit.report.study.compare import Standing, standings
from srkit.report.study.study import OWN, Arm, Block, Study
from srkit.report.tables import escaped, label, number

NOTHING = "-"
AS_TRAINED = "as trained"
"""What the test is called that an arm was made for."""


@dataclass(frozen=True)
class Cell:
    """What stands in a cell, and beneath it in small; ``value`` is what sorts it, None goes last.

    ``strong`` is set where a difference is certain, ``good`` says then whether it is one to the better.
    """

    text: str
    value: float | None = None
    note: str = ""
    strong: bool = False
    good: bool | None = None


@dataclass(frozen=True)
class Column:
    """A column: its heading, and the group that it belongs to; ``alone`` heads it where there are no groups."""

    head: str
    group: str = ""
    alone: str = ""


@dataclass(frozen=True)
class Table:
    """A table with a line for each arm, whose name is the first cell."""

    columns: tuple[Column, ...]
    lines: tuple[tuple[Cell, ...], ...]


def score_table(study: Study, block: Block, metrics: Sequence[str]) -> Table:
    """Return the scores of every arm, and how it stands to bicubic and to the baseline."""
    columns, cells = [Column("arm")], {arm.name: [_name(block, arm)] for arm in block.arms}
    for metric in metrics:
        group, found = label(metric), _by_arm(standings(study, block, metric))
        columns += [
            Column("mean", group, group),
            Column("over bicubic", group),
            Column("against baseline", group),
            Column("wins", group),
        ]
        for name, line in cells.items():
            line += _score_cells(found.get(name))
    return Table(tuple(columns), tuple(map(tuple, cells.values())))


def test_table(study: Study, block: Block, metric: str) -> Table:
    """Return the scores of every arm on every test, and its difference to the baseline there."""
    columns, cells = [Column("arm")], {arm.name: [_name(block, arm)] for arm in block.arms}
    for test in (OWN, *study.tests):
        title = test or AS_TRAINED
        columns += [Column("mean", title, f"{title}: {label(metric)}"), Column("against baseline", title)]
        found = _by_arm(standings(study, block, metric, test))
        for name, line in cells.items():
            mean, _, against, _ = _score_cells(found.get(name))
            line += [mean, against]
    return Table(tuple(columns), tuple(map(tuple, cells.values())))


def checkerboard_table(study: Study, block: Block) -> Table:
    """Return every measure of every arm as it was at the start and became at the end."""
    names = measures.measured(study)
    lines = []
    for arm in block.arms:
        line = [_name(block, arm)]
        for name in names:
            found = measures.ends(arm, name)
            text = " → ".join(measures.MEASURES[name].text(value) for value in found) if found else NOTHING
            line.append(Cell(text, found[1] if found else None))
        lines.append(tuple(line))
    return Table((Column("arm"), *(Column(measures.MEASURES[name].head) for name in names)), tuple(lines))


def cost_table(block: Block) -> Table:
    """Return what every arm costs: of times the median over seeds, of memory the most."""
    heads = ("arm", "parameters", "multiply-adds", "steps", "seconds per step", "peak memory", "training")
    return Table(tuple(map(Column, heads)), tuple((_name(block, arm), *_cost_cells(arm)) for arm in block.arms))


def markdown(table: Table) -> str:
    """Return a table as Markdown; what stands small beneath a number stands in parentheses behind it."""
    heads = [escaped(column.alone or column.head) for column in table.columns]
    lines = [
        heads,
        ["---", *("--:" for _ in heads[1:])],
        *([_inline(cell) for cell in line] for line in table.lines),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _inline(cell: Cell) -> str:
    text = f"**{escaped(cell.text)}**" if cell.strong else escaped(cell.text)
    return f"{text} ({escaped(cell.note)})" if cell.note else text


def _by_arm(found: Sequence[Standing]) -> dict[str, Standing]:
    return {one.arm.name: one for one in found}


def _name(block: Block, arm: Arm) -> Cell:
    notes = ["baseline"] if arm.name == block.baseline else []
    done, every = len(arm.scored), len(arm.trials)
    if 0 < done < every:
        notes.append(f"{done} of {every} seeds")
    elif not done:
        notes.append("failed" if all(trial.problem for trial in arm.trials) else "no scores yet")
    return Cell(arm.name, None, ", ".join(notes))


def _score_cells(one: Standing | None) -> list[Cell]:
    """Return mean, gain over bicubic, difference to the baseline, wins."""
    if one is None:
        return [Cell(NOTHING)] * 4
    spread = "" if one.spread is None else f" ± {number(one.metric, one.spread)}"
    mean = Cell(number(one.metric, one.mean) + spread, one.mean)
    gain = Cell(number(one.metric, one.gain, sign=True), one.gain)
    found = one.difference
    if found is None:
        return [mean, gain, Cell(NOTHING, note="" if one.alike else "another test"), Cell(NOTHING)]
    bounds = [] if math.isnan(found.low) else [found.low, found.high]
    within = " to ".join(number(one.metric, bound, sign=True) for bound in bounds)
    return [
        mean,
        gain,
        Cell(number(one.metric, found.mean, sign=True), found.mean, within, one.better is not None, one.better),
        Cell(f"{found.wins} of {found.count}", found.wins / found.count),
    ]


def _cost_cells(arm: Arm) -> list[Cell]:
    found = [trial.cost for trial in arm.scored if trial.cost is not None]
    times = [one.seconds_per_step for one in found if one.seconds_per_step is not None]
    memory = [one.peak_memory for one in found if one.peak_memory is not None]
    if not found:
        return [Cell(NOTHING)] * 6
    steps = statistics.median(run.summary.steps for run in arm.runs)
    seconds = statistics.median(run.summary.seconds for run in arm.runs)
    time = statistics.median(times) if times else None
    return [
        Cell(f"{found[0].parameters:,}", found[0].parameters),
        Cell(f"{found[0].multiply_adds / 1e9:,.2f} G", found[0].multiply_adds),
        Cell(f"{steps:,.0f}", steps),
        Cell(f"{time:.4f}", time) if time is not None else Cell(NOTHING),
        Cell(f"{max(memory) / 2**20:,.0f} MiB", max(memory)) if memory else Cell(NOTHING),
        Cell(duration(seconds), seconds),
    ]
