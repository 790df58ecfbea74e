"""A picture of an estimated blur kernel beside that of bicubic."""

from __future__ import annotations

import io

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse
from numpy.typing import NDArray

from srkit.degrading.moments import Moments

COLORS = "inferno"
SOFT = "#5c6570"


def kernel_picture(kernel: NDArray[np.float64], other: NDArray[np.float64], title: str) -> bytes:
    """Return a PNG of a kernel (k,k) and that of bicubic (j,j), each drawn from zero to its own largest value.

    An ellipse lies two standard deviations around each centre of mass. Lengths are in pixels of HR from the middle.
    """
    figure = Figure(figsize=(6, 3.5), dpi=100)
    figure.subplots_adjust(left=0.06, right=0.98, bottom=0.06, top=0.82, wspace=0.15)
    figure.suptitle(title, fontsize=10, color=SOFT, y=0.97)
    reach = max(len(kernel), len(other)) / 2
    for panel, (name, values) in zip(
        figure.subplots(1, 2), (("estimated", kernel), ("bicubic", other)), strict=True
    ):
        end = len(values) / 2
        panel.set_facecolor("black")
        panel.imshow(values, cmap=COLORS, vmin=0, extent=(-end, end, end, -end), interpolation="nearest")
        panel.set(xlim=(-reach, reach), ylim=(reach, -reach))
        found = Moments.of(values)
        panel.add_patch(
            Ellipse(
                (found.right, found.down),
                4 * found.long,
                4 * found.short,
                angle=found.angle,
                fill=False,
                edgecolor="white",
            )
        )
        panel.set_title(f"{name}: {found.long:.2f} x {found.short:.2f} pixels", fontsize=9, color=SOFT)
        panel.tick_params(labelsize=7, colors=SOFT, length=2)
    file = io.BytesIO()
    figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()
