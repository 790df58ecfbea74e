"""Curves, as SVG in the colours of the page and as PNG for Markdown."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from srkit.report.read import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SOFT, BLUE, ORANGE = "#68707a", "#1f6fb5", "#c2610c"
THEME = {
    SOFT: "var(--soft)",
    BLUE: "var(--blue)",
    ORANGE: "var(--orange)",
    "#ffffff": "var(--paper)",
}
"""What stands for a colour on the page, so that a curve is at home in the light and in the dark."""

POINTS = 64
"""Points of a drawn curve. A hundred thousand steps would make a page of megabytes, and a solid bar."""


def loss_curve(run: Run) -> Figure | None:
    """Draw the training loss over steps: its mean over neighbouring steps in its range. None without a log."""
    steps, losses = run.curve("train", "loss")
    if not steps:
        return None
    figure, axes = empty("training loss")
    at, low, middle, high = thinned(steps, losses)
    axes.fill_between(at, low, high, color=BLUE, alpha=0.2, linewidth=0)
    axes.plot(at, middle, color=BLUE, linewidth=1.8)
    if len(at) == 1:
        axes.plot(at, middle, "o", color=BLUE, markersize=5)
    if 0 < 5 * min(low) < max(high):
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 1.5, 2, 3, 5, 7), numticks=12))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.tick_params(which="minor", length=0)
    return figure


def psnr_curve(run: Run) -> Figure | None:
    """Draw validation PSNR over steps, the weights that were kept marked. None without validation."""
    steps, values = run.curve("validate", "psnr")
    if not steps:
        return None
    figure, axes = empty("validation PSNR (dB)")
    marked = len(steps) <= POINTS // 2
    axes.plot(steps, values, "o-" if marked else "-", color=ORANGE, linewidth=1.8, markersize=3.5)
    best = run.summary.best_step
    if best in steps:
        value = values[len(steps) - 1 - steps[::-1].index(best)]
        axes.plot([best], [value], "o", markersize=10, markerfacecolor="none", markeredgecolor=ORANGE)
        right = best > (steps[0] + steps[-1]) / 2
        axes.annotate(
            f"best, {value:.2f}",
            (best, value),
            xytext=(0, -12),
            textcoords="offset points",
            ha="right" if right else "left",
            va="top",
            color=ORANGE,
            fontsize=9,
        )
    return figure


def thinned(steps: Sequence[float], values: Sequence[float]) -> tuple[list[float], ...]:
    """Return at most ``POINTS`` steps, and the smallest, mean and largest value around each."""
    groups = np.array_split(np.arange(len(steps)), min(POINTS, len(steps)))
    at, of = np.array(steps, dtype=float), np.array(values, dtype=float)
    return (
        [float(at[group].mean()) for group in groups],
        [float(of[group].min()) for group in groups],
        [float(of[group].mean()) for group in groups],
        [float(of[group].max()) for group in groups],
    )


def svg(figure: Figure, name: str) -> str:
    """Return a figure as an SVG element in the page's colours, with an id of its own for what it refers to."""
    return for_page(svg_file(figure, name), name, THEME)


def svg_file(figure: Figure, name: str) -> str:
    """Return a figure as an SVG file; ``name`` sets its ids apart from those of other figures."""
    FigureCanvasSVG(figure)
    text = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        figure.savefig(text, format="svg", facecolor="white", metadata=nothing)
    return text.getvalue()


def for_page(file: str, name: str, theme: Mapping[str, str]) -> str:
    """Return an SVG file as an element of a page, its colours replaced as ``theme`` says."""
    drawing = file[file.index("<svg") :]
    drawing = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", drawing, flags=re.S)  # it would rule the page
    head, body = drawing.split(">", 1)
    head = re.sub(r' (width|height)="[^"]*"', "", head)  # the page gives it its place
    drawing = f'{head} role="img" aria-label="{html.escape(name)}">{body}'
    used = set(re.findall(r"#([\w-]+)", drawing))
    drawing = re.sub(r' id="([\w.-]+)"', lambda m: m[0] if m[1] in used else "", drawing)
    for color, variable in theme.items():
        drawing = drawing.replace(color, variable)
    return drawing


def png(figure: Figure) -> bytes:
    """Return a figure as PNG on white."""
    FigureCanvasAgg(figure)
    data = io.BytesIO()
    figure.savefig(data, format="png", dpi=120, facecolor="white", metadata={"Software": None})
    return data.getvalue()


def empty(title: str, width: float = 5.4, height: float = 3.1) -> tuple[Figure, Axes]:
    """Return a figure for curves over steps; its size is in inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    figure.suptitle(title, fontsize=10, color=SOFT, x=0.01, ha="left")  # at the edge: labels may be long
    axes.set_xlabel("step", fontsize=9, color=SOFT)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.tick_params(labelsize=9, colors=SOFT, which="both", length=3)
    axes.grid(color=SOFT, alpha=0.22, linewidth=0.7)
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(SOFT)
    axes.tick_params(axis="y", length=0)
    return figure, axes
