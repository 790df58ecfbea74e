"""Figures as SVG in the colours of the page, and as PNG for Markdown."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SOFT, INK, PAPER = "#68707a", "#1b1c1e", "#ffffff"
COLORS = ("#3322aa", "#cc5500", "#3a9ad9", "#b03a9a", "#d98f00", "#6b4c2a", "#7d68f5")
"""Colours of the lines of a figure behind the first, which is in ``INK``.

Readers who see no red, no green or no blue can tell them apart too.
"""

THEME = {
    SOFT: "var(--soft)",
    PAPER: "var(--paper)",
    INK: "var(--ink)",
    **{color: f"var(--arm-{index})" for index, color in enumerate(COLORS, 1)},
}
"""The page's variable for each colour, so that figures follow its light and dark themes."""

WIDTH, HEIGHT = 4.8, 3.1
"""Size of a figure in inches. It is narrow, so that its letters can be read on a phone."""


@dataclass(frozen=True)
class Drawing:
    """A figure of a report: the name of its file without the ending, and its title in words."""

    name: str
    title: str
    figure: Figure


def color_of(number: int) -> str:
    """Return the colour of the line or arm ``number``, counted from 0."""
    return COLORS[(number - 1) % len(COLORS)] if number else INK


def svg_file(figure: Figure, name: str) -> str:
    """Return a figure as an SVG file; ``name`` makes its ids differ from those of other figures."""
    FigureCanvasSVG(figure)
    text = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        figure.savefig(text, format="svg", facecolor="white", metadata=nothing)
    return text.getvalue()


def for_page(file: str, name: str, theme: Mapping[str, str] = THEME) -> str:
    """Return an SVG file as an element of a page with the label ``name``, its colours replaced by ``theme``."""
    drawing = file[file.index("<svg") :]
    # its style would apply to the whole page
    drawing = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", drawing, flags=re.S)
    head, body = drawing.split(">", 1)
    head = re.sub(r' (width|height)="[^"]*"', "", head)  # the page sets its size
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


def empty(title: str, width: float = WIDTH, height: float = HEIGHT) -> tuple[Figure, Axes]:
    """Return a figure for lines over training steps; ``width`` and ``height`` are in inches."""
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
