"""The figures of a report: differences with their intervals, and values over the steps of a training."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from srkit.report import measures
from srkit.report.compare import Standing, standings
from srkit.report.curves import POINTS, Band, over_neighbours, over_seeds
from srkit.report.figures import COLORS, HEIGHT, PAPER, SOFT, WIDTH, Drawing, color_of, empty
from srkit.report.measures import MEASURES
from srkit.report.numbers import label, number
from srkit.report.results import ArmResult, BlockResult, Results, RunResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARKERS = "osD^vPX*"
DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)))
"""Dashes of lines: solid at first, others when all colours have been used once or twice."""

FEWEST = 3
"""Least measurements of an arm's line: a line through start and end alone would suggest values between them."""

FLAT = 1e-2
"""Ripple, in grey levels, that is too small to see; below it the axis is linear, down to zero."""

APART = 0.058
"""Least distance of two names beside a figure, in heights of its axes."""

KEPT = 2
"""Number of the colour of a run's validation line, and of the mark at the weights that were kept."""

TITLES = {"loss": "training loss", "lr": "learning rate", "grad_norm": "norm of the gradient"}
"""Titles of the values that a record of training carries; another value is called by its name."""

RATES = ("lr",)
"""Values that end near zero, for which a logarithmic axis would mostly show the end."""

NOT_DRAWN = ("seconds", "seconds_per_step", "images_per_second", "best")
"""Values of a record about the machine or about decisions, not about learning."""


@dataclass(frozen=True)
class Line:
    """One line of a figure. ``number`` gives it its colour, and ``name`` stands beside its end."""

    name: str
    number: int
    band: Band


Scale = Literal["linear", "log", "ripple"]


def score_drawings(results: Results, block: BlockResult, metrics: Sequence[str]) -> Iterator[Drawing]:
    """Yield a figure of each metric: the arms' differences to the baseline."""
    for metric in metrics:
        if figure := differences(standings(results, block, metric)):
            yield Drawing(f"difference-{metric}", f"{label(metric)} against {block.baseline}", figure)


def measure_drawings(results: Results, block: BlockResult) -> Iterator[Drawing]:
    """Yield a figure of each measure of the checkerboard over the steps of training."""
    for name in measures.measured(results):
        found = arm_lines(block.arms, [measures.curves_of(arm, name) for arm in block.arms])
        if found:
            legend = MEASURES[name]
            figure = lines(legend.head, found, scale="ripple" if name == "M1" else "linear")
            yield Drawing(name, f"{legend.label} while training", figure)


def validation_drawings(results: Results, block: BlockResult, metrics: Sequence[str]) -> Iterator[Drawing]:
    """Yield a figure of each metric of the validation images over the steps of training."""
    for metric in metrics:
        title = f"validation {label(metric)}"
        name, about = f"validation-{metric}", f"validation {metric.upper()} while training"
        if results.single:
            if figure := validation_figure(results.runs[0], metric, title):
                yield Drawing(name, about, figure)
            continue
        curves = [[curve for run in arm.runs if (curve := run.curve("validate", metric))[0]] for arm in block.arms]
        if found := arm_lines(block.arms, curves):
            yield Drawing(name, about, lines(title, found))


def training_drawings(run: RunResult) -> Iterator[Drawing]:
    """Yield a figure of each value that the records of training carry, with a line for each of its parts.

    A part has its name behind a dot: ``loss``, ``loss.pixel`` and ``loss.vgg`` make one figure of three lines.
    """
    groups: dict[str, list[str]] = {}
    for name in run.logged("train"):
        if name not in NOT_DRAWN:
            groups.setdefault(name.partition(".")[0], []).append(name)
    for group, names in groups.items():
        title = TITLES.get(group, group.replace("_", " "))
        whole = ("total" if group == "loss" else group) if len(names) > 1 else ""
        curves = [
            Line(name.partition(".")[2] or whole, index, over_neighbours(run.curve("train", name)))
            for index, name in enumerate(sorted(names, key=lambda name: name != group), 1)
        ]
        least, most = min(min(curve.band.low) for curve in curves), max(max(curve.band.high) for curve in curves)
        falls = group not in RATES and 0 < 5 * least < most
        figure = lines(title, curves, scale="log" if falls else "linear")
        yield Drawing(f"training-{group}", title, figure)


def validation_figure(run: RunResult, metric: str, title: str) -> Figure | None:
    """Draw a metric of the validation images over steps, the weights that were kept marked; None without any."""
    steps, values = run.curve("validate", metric)
    finite = [(step, value) for step, value in zip(steps, values, strict=True) if math.isfinite(value)]
    if not finite:
        return None
    steps, values = [step for step, _ in finite], [value for _, value in finite]
    best = run.summary.best_step
    kept = [(step, value) for step, value in finite if step == best][-1:]
    title = f"{title}, {number(metric, kept[0][1])} kept" if kept else title
    figure = lines(title, [Line("", KEPT, Band(steps, values, values, values))])
    for step, value in kept:
        (ring,) = figure.axes[0].plot([step], [value], "o", color=color_of(KEPT))
        ring.set(markersize=10, markerfacecolor="none", clip_on=False)
    return figure


def arm_lines(arms: Sequence[ArmResult], curves: Sequence[Sequence[Any]]) -> list[Line]:
    """Return a line for each arm, over its seeds; an arm of fewer than ``FEWEST`` measurements has none."""
    bands = [(arm, over_seeds(each)) for arm, each in zip(arms, curves, strict=True) if each]
    return [Line(arm.name, arm.index, band) for arm, band in bands if len(band.steps) >= FEWEST]


def differences(compared: Sequence[Standing]) -> Figure | None:
    """Draw each arm's difference to the baseline with its interval, and small, that of each seed.

    A dot is filled if the interval excludes zero. The result is None if there is nothing to compare.
    """
    compared = [
        standing for standing in compared if standing.difference and math.isfinite(standing.difference.mean)
    ]
    if not compared:
        return None
    figure, axes = empty(
        f"{label(compared[0].metric)}: difference to the baseline", WIDTH, 1.1 + 0.27 * len(compared)
    )
    axes.set_xlabel("worse ← → better" if not compared[0].lower_is_better else "better ← → worse", color=SOFT)
    axes.axvline(0, color=SOFT, linewidth=1)
    for row, standing in enumerate(compared):
        color, difference = color_of(standing.arm.index), standing.difference
        assert difference is not None
        axes.plot(standing.by_seed, [row] * len(standing.by_seed), "|", color=color, markersize=7, alpha=0.6)
        if not math.isnan(difference.low):
            axes.plot([difference.low, difference.high], [row, row], color=color, linewidth=1.8)
        face = color if difference.certain else PAPER
        axes.plot(difference.mean, row, "o", color=color, markerfacecolor=face, markersize=6.5, zorder=3)
    axes.set_yticks(
        range(len(compared)), [standing.arm.name for standing in compared], color=SOFT, parse_math=False
    )
    axes.set_ylim(len(compared) - 0.4, -0.6)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    return figure


def lines(title: str, found: Sequence[Line], *, scale: Scale = "linear") -> Figure:
    """Draw lines over training steps, each the mean in its range, and named where it ends.

    Args:
        title: The quantity that is drawn, with its unit.
        found: The lines; at least one.
        scale: How values are drawn: as they are, by their logarithm, or as ripples: small ones as they are and
            large ones by their logarithm.
    """
    figure, axes = empty(title, WIDTH, HEIGHT + 0.16 * max(0, len(found) - 12))
    for line in found:
        color, band = color_of(line.number), line.band
        dash = DASHES[(line.number - 1) // len(COLORS) % len(DASHES)] if line.number else "-"
        axes.fill_between(band.steps, band.low, band.high, color=color, alpha=0.15, linewidth=0)
        few = len(found) > 1 or len(band.steps) <= POINTS // 2
        drawn = axes.plot(band.steps, band.mean, color=color, linestyle=dash, linewidth=1.6)[0]
        drawn.set(marker=_marker(line) if few else "", markersize=4)
        drawn.set(markevery=max(1, len(band.steps) // 8), clip_on=False)  # markers on the edge are not cut off
    if scale == "ripple":
        _ripples(axes, max(max(line.band.high) for line in found))
    elif scale == "log":
        _logarithmic(axes)
    if any(len(line.band.steps) > 1 for line in found):
        axes.margins(x=0)
    if any(line.name for line in found):
        _name_ends(axes, found)
    return figure


def apart(wanted: Sequence[float], distance: float) -> list[float]:
    """Move values of [0,1] until any two are ``distance`` apart, keeping their order; closer if they are many."""
    distance = min(distance, 1 / max(1, len(wanted) - 1))
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    found = [min(max(wanted[index], 0.0), 1.0) for index in order]
    for index in range(1, len(found)):
        found[index] = max(found[index], found[index - 1] + distance)
    found[-1] = min(found[-1], 1.0)
    for index in range(len(found) - 2, -1, -1):
        found[index] = min(found[index], found[index + 1] - distance)
    return [found[order.index(index)] for index in range(len(wanted))]


def _logarithmic(axes: Axes) -> None:
    axes.set_yscale("log")
    least, most = axes.get_ylim()
    between = (1, 1.5, 2, 3, 5, 7) if most < 100 * least else (1,)
    axes.yaxis.set_major_locator(LogLocator(subs=between, numticks=12))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(which="minor", length=0)


def _ripples(axes: Axes, most: float) -> None:
    axes.set_yscale("symlog", linthresh=FLAT)
    axes.set_ylim(0, max(2 * FLAT, 1.3 * most))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def _name_ends(axes: Axes, found: Sequence[Line]) -> None:
    """Write the lines' names beside the right edge, at their last values; names that would overlap move apart."""
    axes.set_ylim(axes.get_ylim())  # draws once, which sets the limits that are needed below
    place = axes.transScale + axes.transLimits
    heights = [float(place.transform((line.band.steps[-1], line.band.mean[-1]))[1]) for line in found]
    size = axes.figure.get_size_inches()[1]  # type: ignore[union-attr]
    beside: dict[str, Any] = {"transform": axes.transAxes, "clip_on": False}
    for line, end, height in zip(found, heights, apart(heights, APART * HEIGHT / size), strict=True):
        color = color_of(line.number)
        axes.plot([1.005, 1.04], [end, height], color=color, linewidth=1, **beside)
        axes.plot([1.05], [height], _marker(line), color=color, markersize=4, **beside)
        axes.text(1.07, height, line.name, fontsize=8, color=SOFT, va="center", parse_math=False, **beside)


def _marker(line: Line) -> str:
    return MARKERS[line.number % len(MARKERS)]
