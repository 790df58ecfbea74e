"""Curves, as SVG for the page and PNG for Markdown."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from numpy.typing import NDArray

from srkit.report.read import Run

GRAY, BLUE, ORANGE = "#7d8590", "#2f81c7", "#d9822b"
SMOOTH = 0.06
"""Width of the smoothing window, as a share of the curve."""


def curves(run: Run) -> Figure:
    """Draw loss and validation PSNR over the steps."""
    figure = Figure(figsize=(9, 3.1), layout="constrained")
    left, right = figure.subplots(1, 2)
    steps, losses = run.curve("train", "loss")
    left.plot(steps, losses, color=GRAY, alpha=0.45, linewidth=0.8)
    left.plot(steps, smooth(losses), color=BLUE, linewidth=2)
    if losses and min(losses) > 0:
        left.set_yscale("log")
    _label(left, "training loss", "step")
    steps, values = run.curve("validate", "psnr")
    right.plot(steps, values, "o-", color=ORANGE, linewidth=2, markersize=4)
    _label(right, "validation PSNR (dB)", "step")
    return figure


def smooth(values: Sequence[float]) -> list[float]:
    """Return the moving mean of a curve over a window that shrinks at its ends."""
    reach = max(1, int(len(values) * SMOOTH / 2))
    return [float(np.mean(values[max(0, i - reach) : i + reach + 1])) for i in range(len(values))]


def kernel_sheet(kernels: Sequence[tuple[str, NDArray[np.float64]]]) -> Figure:
    """Draw the kernels that degraded the test images, one panel each."""
    figure = Figure(figsize=(1.7 * len(kernels), 2.0), layout="constrained")
    for axes, (name, kernel) in zip(
        np.ravel(figure.subplots(1, len(kernels), squeeze=False)), kernels, strict=True
    ):
        axes.imshow(kernel, cmap="magma", interpolation="nearest")
        axes.set_title(name, fontsize=9, color=GRAY)
        axes.set_axis_off()
    figure.patch.set_alpha(0)
    return figure


def svg(figure: Figure) -> str:
    """Return a figure as an SVG element that takes the width of its place."""
    figure.patch.set_alpha(0)
    for axes in figure.axes:
        axes.patch.set_alpha(0)
    FigureCanvasSVG(figure)
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()[text.getvalue().index("<svg") :]


def png(figure: Figure) -> bytes:
    """Return a figure as PNG on white."""
    figure.patch.set_alpha(1)
    FigureCanvasAgg(figure)
    data = io.BytesIO()
    figure.savefig(data, format="png", dpi=110, facecolor="white")
    return data.getvalue()


def _label(axes: Any, title: str, below: str) -> None:
    axes.set_title(title, fontsize=10, color=GRAY, loc="left")
    axes.set_xlabel(below, fontsize=9, color=GRAY)
    axes.tick_params(labelsize=8, colors=GRAY, which="both")
    axes.grid(color=GRAY, alpha=0.18)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(GRAY)
