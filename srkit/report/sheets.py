"""Pictures with their captions on one sheet, for Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from srkit.image.array import UInt8Image
from srkit.report.crops import KINDS, Place
from srkit.report.pixels import COLORS
from srkit.report.tables import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, SOFT, MARK = "#1b1f24", "#5c6570", "#ff8c1a"
KERNELS = 24
"""Kernels that are shown; every one of a large test set would be most of a report."""

NAMES = {"lr": "LR", "bicubic": "bicubic", "srkit": "srkit", "hr": "HR"}


def place_sheet(place: Place, error_range: int) -> Figure:
    """Draw a place in every version; below, where it is, the errors, and what their colours mean."""
    figure = Figure(figsize=(8, 4.36))
    for column, kind in enumerate(KINDS):
        below = f"  {number('psnr', place.psnr[kind])} dB" if kind in place.psnr else ""
        _picture(_panel(figure, 0, column), place.pictures[kind], NAMES[kind] + below)
    where = _panel(figure, 1, 0)
    _picture(where, place.hr, "where")
    top, left, height, width = place.box
    where.add_patch(Rectangle((left, top), width, height, fill=False, edgecolor=MARK, linewidth=1.6))
    for column, kind in enumerate(("bicubic", "srkit"), 1):
        panel = _panel(figure, 1, column)
        panel.imshow(place.errors[kind], norm=Normalize(0, error_range), cmap=COLORS, interpolation="nearest")
        _caption(panel, f"error of {NAMES[kind]}")
    _legend(figure, error_range)
    return figure


def kernel_sheet(kernels: Mapping[str, NDArray[np.float64]]) -> Figure:
    """Draw kernels, each from zero to its own largest weight; six in a row."""
    across = min(6, len(kernels))
    down = -(-len(kernels) // across)
    figure = Figure(figsize=(1.5 * across, 1.75 * down))
    figure.subplots_adjust(left=0.01, right=0.99, bottom=0.02 / down, top=1 - 0.15 / down, wspace=0.08, hspace=0.2)
    panels = np.ravel(figure.subplots(down, across, squeeze=False))
    for panel in panels[len(kernels) :]:
        panel.set_axis_off()
    for panel, (name, kernel) in zip(panels, kernels.items(), strict=False):
        panel.imshow(kernel, cmap=COLORS, vmin=0, interpolation="nearest")
        _caption(panel, name)
    return figure


def _panel(figure: Figure, row: int, column: int) -> Axes:
    """Add a panel to a sheet of two rows and four columns; by hand, as a layout engine takes its second."""
    return figure.add_axes((0.0075 + column * 0.25, 0.015 + (1 - row) * 0.5, 0.235, 0.43), anchor="N")


def _legend(figure: Figure, error_range: int) -> None:
    colors = ScalarMappable(Normalize(0, error_range), COLORS)
    bar = figure.colorbar(colors, cax=figure.add_axes((0.7725, 0.38, 0.2, 0.035)), orientation="horizontal")
    bar.set_ticks([0, error_range // 2, error_range], labels=["0", f"{error_range // 2}", f"{error_range}+"])
    bar.set_label("absolute error of luma", color=SOFT, fontsize=9)
    bar.ax.tick_params(colors=SOFT, labelsize=8, length=3)


def _picture(panel: Axes, image: UInt8Image, caption: str) -> None:
    gray = image.shape[-1] == 1
    panel.imshow(image[..., 0] if gray else image, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    _caption(panel, caption)


def _caption(panel: Axes, text: str) -> None:
    panel.set_title(text, fontsize=9, color=INK, loc="left", parse_math=False)
    panel.set_axis_off()
