"""The tables of a report."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from srkit.report import measures
from srkit.report.compare import Gain, Standing, gains, standings
from srkit.report.numbers import duration, label, number
from srkit.report.results import OWN, ArmResult, BlockResult, Results
from srkit.report.statistics import difference
from srkit.report.table import NOTHING, Cell, Column, Table

AS_TRAINED = "as trained"
"""The name of an arm's own test in tables, beside the further tests."""


def image_table(results: Results) -> Table:
    """Return the scores of every test image of a run, and the gain over the interpolation."""
    every = gains(results)
    columns = [Column("image")]
    for gain in every:
        last = "gain, lower is better" if gain.lower_is_better else "gain"
        heads = (gain.baseline_name, gain.network_name, last)
        columns += [Column(head, gain.label, f"{gain.label} {head}") for head in heads]
    by_metric = [_image_cells(gain) for gain in every]
    lines = [
        (Cell(image), *(cell for cells in by_metric for cell in cells[index]))
        for index, image in enumerate(every[0].images)
    ]
    foot = (cell for gain in every for cell in _gain_cells(gain, *gain.means, gain.difference.mean, mean=True))
    return Table("Scores of every test image", tuple(columns), tuple(lines), (Cell("mean"), *foot))


def _image_cells(gain: Gain) -> list[tuple[Cell, ...]]:
    each = [difference(*pair) for pair in zip(gain.values, gain.baseline, strict=True)]
    largest = max((abs(one) for one in each if math.isfinite(one)), default=0.0)
    rows = zip(gain.baseline, gain.values, each, strict=True)
    return [_gain_cells(gain, baseline, value, one, largest) for baseline, value, one in rows]


def _gain_cells(
    gain: Gain, baseline: float, value: float, one: float, largest: float = 0.0, *, mean: bool = False
) -> tuple[Cell, ...]:
    good = None if one == 0 or math.isnan(one) else (one < 0) == gain.lower_is_better
    strong = mean and gain.difference.certain
    share = min(1.0, abs(one) / largest) if largest and not math.isnan(one) else 0.0
    return (
        Cell(number(gain.metric, baseline), baseline, strong=strong),
        Cell(number(gain.metric, value), value, strong=strong),
        Cell(
            number(gain.metric, one, sign=True),
            one,
            strong=strong,
            good=good if strong or not mean else None,
            share=None if mean else share,
        ),
    )


def score_table(results: Results, block: BlockResult, metrics: Sequence[str]) -> Table:
    """Return the scores of every arm, its gain over the interpolation, and its difference to the baseline."""
    columns, cells = [Column("arm")], {arm.name: [_name(block, arm)] for arm in block.arms}
    for metric in metrics:
        group, found = label(metric), _by_arm(standings(results, block, metric))
        columns += [
            Column("mean", group, group),
            Column(f"over {results.interpolation}", group),
            Column("against baseline", group),
            Column("wins", group),
        ]
        for name, line in cells.items():
            line += _score_cells(found.get(name))
    return Table(f"Scores {block.name}".strip(), tuple(columns), tuple(map(tuple, cells.values())), split=True)


def further_table(results: Results, block: BlockResult, metric: str) -> Table:
    """Return the scores of every arm on every test, and its difference to the baseline there."""
    columns, cells = [Column("arm")], {arm.name: [_name(block, arm)] for arm in block.arms}
    for test in (OWN, *results.tests):
        title = test or AS_TRAINED
        columns += [Column("mean", title, f"{title}: {label(metric)}"), Column("against baseline", title)]
        found = _by_arm(standings(results, block, metric, test))
        for name, line in cells.items():
            mean, _, against, _ = _score_cells(found.get(name))
            line += [mean, against]
    about = f"{label(metric)} on further tests {block.name}".strip()
    return Table(about, tuple(columns), tuple(map(tuple, cells.values())))


def checkerboard_table(results: Results, block: BlockResult) -> Table:
    """Return every measure of every arm at the start and at the end."""
    names = measures.measured(results)
    lines = []
    for arm in block.arms:
        line = [_name(block, arm)]
        for name in names:
            found = measures.ends(arm, name)
            text = " → ".join(measures.MEASURES[name].text(value) for value in found) if found else NOTHING
            line.append(Cell(text, found[1] if found else None))
        lines.append(tuple(line))
    columns = (Column("arm"), *(Column(measures.MEASURES[name].head) for name in names))
    return Table(f"Checkerboard {block.name}".strip(), columns, tuple(lines))


def cost_table(block: BlockResult) -> Table:
    """Return the costs of every arm: the median of times over seeds, and the largest memory."""
    heads = ("arm", "parameters", "multiply-adds", "steps", "seconds per step", "peak memory", "training")
    lines = tuple((_name(block, arm), *_cost_cells(arm)) for arm in block.arms)
    return Table(f"Costs {block.name}".strip(), tuple(map(Column, heads)), lines)


def _by_arm(found: Sequence[Standing]) -> dict[str, Standing]:
    return {one.arm.name: one for one in found}


def _name(block: BlockResult, arm: ArmResult) -> Cell:
    notes = ["baseline"] if arm.name == block.baseline else []
    done, every = len(arm.scored), len(arm.trials)
    if 0 < done < every:
        notes.append(f"{done} of {every} seeds")
    elif not done:
        notes.append("failed" if all(trial.problem for trial in arm.trials) else "no scores yet")
    return Cell(arm.name, None, ", ".join(notes), arm=arm.index)


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


def _cost_cells(arm: ArmResult) -> list[Cell]:
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
