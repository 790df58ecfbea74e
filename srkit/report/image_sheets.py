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
from srkit.report.data_uris import COLORS
from srkit.report.numbers import number
from srkit.report.views import View

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, SOFT, MARK = "#1b1f24", "#5c6570", "#ff8c1a"


def view_sheet(view: View, error_range: int) -> Figure:
    """Draw a place in its four versions, with its position in the image, the errors, and their colour scale."""
    figure = Figure(figsize=(8, 4.36))
    for column, version in enumerate(view.versions):
        psnr = "" if version.psnr is None else f"  {number('psnr', version.psnr)} dB"
        _picture(_panel(figure, 0, column), version.picture, version.name + psnr)
    if view.whole is not None:
        where = _panel(figure, 1, 0)
        _picture(where, view.whole, "where")
        where.add_patch(Rectangle(view.corner, *view.size, fill=False, edgecolor=MARK, linewidth=1.6))
    for column, (name, error) in enumerate(view.errors.items(), 1):
        panel = _panel(figure, 1, column)
        panel.imshow(error, norm=Normalize(0, error_range), cmap=COLORS, interpolation="nearest")
        _caption(panel, f"error of {name}")
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
    """Add a panel to a sheet of two rows and four columns; placed by hand, as a layout engine needs a second."""
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
