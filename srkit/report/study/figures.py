"""Figures of a study: differences with their intervals, and how every arm came to its end."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from srkit.report import figures
from srkit.report.figures import SOFT, empty
from srkit.report.study import measures
from srkit.report.study.compare import Standing, metrics, standings
from srkit.report.study.measures import MEASURES, Curve
from srkit.report.study.study import Arm, Block, Study
from srkit.report.tables import label

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BASELINE = "#1b1c1e"
COLORS = ("#3322aa", "#cc5500", "#3a9ad9", "#b03a9a", "#d98f00", "#6b4c2a", "#7d68f5")
"""Of the baseline, and of other arms in turn: told apart by who sees no red, no green or no blue, too."""

MARKERS = "osD^vPX*"
DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)))
"""The second and the third time round the colours."""

THEME = {
    **figures.THEME,
    BASELINE: "var(--ink)",
    **{color: f"var(--arm-{index})" for index, color in enumerate(COLORS, 1)},
}

FEWEST = 3
"""Measurements of a line: one through start and end alone would claim a way that nobody saw."""

FLAT = 1e-2
"""Ripple in grey levels below which nobody sees one; there its axis goes on linearly, down to zero."""

WIDTH, HEIGHT = 4.8, 3.1
"""Of figures, in inches; narrow, so that a phone shows letters that can be read."""

APART = 0.058
"""Least distance of two labels, in heights of the axes."""


def figures_of(study: Study, block: Block) -> Iterator[tuple[str, str, Figure]]:
    """Yield each figure of a block: the name of its file, its title, and itself."""
    for metric in metrics(block):
        if drawn := differences(standings(study, block, metric)):
            yield f"difference-{metric}", f"{label(metric)} against {block.baseline}", drawn
    if drawn := curves(block, [measures.psnr_curves(arm) for arm in block.arms], "validation PSNR (dB)"):
        yield "psnr", "validation PSNR while training", drawn
    for name in measures.measured(study):
        found = [measures.curves_of(arm, name) for arm in block.arms]
        if drawn := curves(block, found, MEASURES[name].head, flat=name == "M1"):
            yield name, f"{MEASURES[name].label} while training", drawn


def differences(found: Sequence[Standing]) -> Figure | None:
    """Draw each arm's difference to the baseline with its interval, and small, that of each seed.

    A dot is filled where the interval leaves zero out. None where there is nothing to compare.
    """
    found = [one for one in found if one.difference and math.isfinite(one.difference.mean)]
    if not found:
        return None
    figure, axes = empty(f"{label(found[0].metric)}: difference to the baseline", WIDTH, 1.1 + 0.27 * len(found))
    axes.set_xlabel("worse ← → better" if not found[0].lower_is_better else "better ← → worse", color=SOFT)
    axes.axvline(0, color=SOFT, linewidth=1)
    for row, one in enumerate(found):
        color, difference = color_of(one.arm), one.difference
        assert difference is not None
        axes.plot(one.by_seed, [row] * len(one.by_seed), "|", color=color, markersize=7, alpha=0.6)
        if not math.isnan(difference.low):
            axes.plot([difference.low, difference.high], [row, row], color=color, linewidth=1.8)
        face = color if difference.certain else "#ffffff"
        axes.plot(difference.mean, row, "o", color=color, markerfacecolor=face, markersize=6.5, zorder=3)
    axes.set_yticks(range(len(found)), [one.arm.name for one in found], color=SOFT, parse_math=False)
    axes.set_ylim(len(found) - 0.4, -0.6)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    return figure


def curves(block: Block, found: Sequence[Sequence[Curve]], title: str, *, flat: bool = False) -> Figure | None:
    """Draw a line an arm, its mean over seeds in the range of the seeds, named where it ends.

    An arm of fewer than ``FEWEST`` measurements has none; None where no arm has so many.

    Args:
        block: Whose arms they are.
        found: For each of them, a curve for each seed.
        title: What is drawn.
        flat: Draw small values linearly and large ones by their logarithm, as ripples want.
    """
    bands = [(arm, measures.band(each)) for arm, each in zip(block.arms, found, strict=True) if each]
    bands = [(arm, band) for arm, band in bands if len(band[0]) >= FEWEST]
    if not bands:
        return None
    figure, axes = empty(title, WIDTH, HEIGHT + 0.16 * max(0, len(bands) - 12))
    for arm, (at, low, mean, high) in bands:
        color = color_of(arm)
        dash = DASHES[(arm.index - 1) // len(COLORS) % len(DASHES)] if arm.index else "-"
        axes.fill_between(at, low, high, color=color, alpha=0.15, linewidth=0)
        line = axes.plot(at, mean, _marker(arm), color=color, linestyle=dash, linewidth=1.6, markersize=4)[0]
        line.set(markevery=max(1, len(at) // 8), clip_on=False)  # markers on the edge are whole
    if flat:
        _ripples(axes, max(max(high) for _, (*_, high) in bands))
    axes.margins(x=0)
    _named(axes, [(arm, (at[-1], mean[-1])) for arm, (at, _, mean, _) in bands])
    return figure


def color_of(arm: Arm) -> str:
    """Return the colour of an arm; the baseline's is that of ink."""
    return COLORS[(arm.index - 1) % len(COLORS)] if arm.index else BASELINE


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


def _ripples(axes: Axes, most: float) -> None:
    axes.set_yscale("symlog", linthresh=FLAT)
    axes.set_ylim(0, max(2 * FLAT, 1.3 * most))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def _named(axes: Axes, last: Sequence[tuple[Arm, tuple[float, float]]]) -> None:
    """Write the arms' names beside the right edge, where their lines end; labels that would overlap move apart."""
    axes.set_ylim(axes.get_ylim())  # limits are found late, and what follows asks for them
    place = axes.transScale + axes.transLimits
    heights = [float(place.transform(point)[1]) for _, point in last]
    size = axes.figure.get_size_inches()[1]  # type: ignore[union-attr]
    beside: dict[str, Any] = {"transform": axes.transAxes, "clip_on": False}
    for (arm, _), end, height in zip(last, heights, apart(heights, APART * HEIGHT / size), strict=True):
        color = color_of(arm)
        axes.plot([1.005, 1.04], [end, height], color=color, linewidth=1, **beside)
        axes.plot([1.05], [height], _marker(arm), color=color, markersize=4, **beside)
        axes.text(1.07, height, arm.name, fontsize=8, color=SOFT, va="center", parse_math=False, **beside)


def _marker(arm: Arm) -> str:
    return MARKERS[arm.index % len(MARKERS)]
