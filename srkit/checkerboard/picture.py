"""Checkerboards to look at: the spectrum with its grid frequencies ringed, and the flat field enlarged."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from srkit.atomic import whole
from srkit.checkerboard.flat import FlatField
from srkit.checkerboard.spectrum import GridSpectrum
from srkit.errors import ImageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

FAINTEST = 0.01
"""Smallest reach of the flat field's colours, in grey levels: rounding is not to look like a checkerboard."""

MINUS = "\N{MINUS SIGN}"

CYCLES = ((-0.5, -0.25, 0, 0.25, 0.5), (f"{MINUS}½", f"{MINUS}¼", "0", "¼", "½"))

INK, MUTED, RING = "#1b1b1f", "#5c5c66", "#ffffff"


def figure(arms: Mapping[str, tuple[GridSpectrum, FlatField]]) -> Figure:
    """Draw a column for each arm: above its spectrum (M2), below its flat field (M1).

    All arms share the colours of a row, so that what looks alike is alike; a single
    arm has its two pictures side by side.

    Args:
        arms: What was measured, by the arm's name.

    Raises:
        ValueError: There are no arms.
    """
    from matplotlib.figure import Figure  # the measures are wanted where matplotlib's second is not

    if not arms:
        raise ValueError("arms: wants one or more to draw, found none")
    count = len(arms)
    across, down = (2, 1) if count == 1 else (count, 2)
    drawing = Figure(figsize=(3.6 * across + 0.9, 4.1 * down), layout="compressed", facecolor="white")
    axes = drawing.subplots(down, across, squeeze=False).reshape(2, count)
    spectra, fields = zip(*arms.values(), strict=True)
    reach = max(FAINTEST, *(float(np.abs(field.picture(zoom=1)).max()) for field in fields))
    quiet = min(float(np.percentile(spectrum.levels, 1)) for spectrum in spectra)
    loud = max(float(np.percentile(spectrum.levels, 99.8)) for spectrum in spectra)
    for column, (name, (spectrum, field)) in enumerate(arms.items()):
        power = _spectrum(axes[0, column], spectrum, (quiet, loud))
        ripple = _field(axes[1, column], field, reach)
        if count > 1:
            axes[0, column].set_title(name, fontsize=13, fontweight="bold", color=INK, pad=10)
    if count == 1:
        drawing.suptitle(next(iter(arms)), fontsize=13, fontweight="bold", color=INK)
    _bar(drawing, power, axes[0], "power, dB")
    _bar(drawing, ripple, axes[1], "departure from the mean, grey levels")
    return drawing


def write(path: Path, arms: Mapping[str, tuple[GridSpectrum, FlatField]], *, dpi: int = 150) -> None:
    """Draw ``figure`` to a PNG file, whole or not at all.

    Raises:
        ImageError: It cannot be written.
    """
    try:
        with whole(path) as temporary:
            figure(arms).savefig(temporary, format="png", dpi=dpi)
    except OSError as error:
        raise ImageError(f"{path}: cannot be written: {error.strerror}") from None


def _spectrum(axes: Axes, spectrum: GridSpectrum, colours: tuple[float, float]) -> AxesImage:
    """Show the spectrum with a ring around each grid frequency and, where there is room, its ratio in dB."""
    size = len(spectrum.levels)
    beyond = size // 12  # half a cycle is the edge: what lies beyond is shown again, so that peaks there are whole
    start, stop = -0.5 - (beyond + 0.5) / size, 0.5 + (beyond - 0.5) / size
    shown = axes.imshow(
        np.pad(spectrum.levels, beyond, mode="wrap"),
        cmap="magma",
        vmin=colours[0],
        vmax=colours[1],
        extent=(start, stop, stop, start),
    )
    for row, column, decibels in spectrum.peaks:
        x, y = column / size - 0.5, row / size - 0.5
        for right in (x, x + 1) if column == 0 else (x,):
            for low in (y, y + 1) if row == 0 else (y,):
                axes.plot(right, low, "o", ms=13, mfc="none", mec=RING, mew=1.2)
        if spectrum.scale <= 4:
            _label(axes, x, y, decibels)
    axes.set_xticks(*CYCLES)
    axes.set_yticks(*CYCLES)
    axes.tick_params(colors=MUTED, labelsize=9, length=3)
    axes.set_xlabel(f"cycles per pixel\ngrid-peak ratio {_signed(spectrum.decibels)} dB", color=INK, fontsize=10)
    return shown


def _label(axes: Axes, x: float, y: float, decibels: float) -> None:
    """Write a peak's ratio below its ring, legible on any colour."""
    from matplotlib.patheffects import Normal, Stroke

    text = axes.annotate(
        _signed(decibels),
        (x, y),
        xytext=(0, -8),
        textcoords="offset points",
        ha="center",
        va="top",
        color=RING,
        fontsize=8.5,
    )
    text.set_path_effects([Stroke(linewidth=2.2, foreground=INK), Normal()])


def _signed(decibels: float) -> str:
    return f"{decibels:+.1f}".replace("-", MINUS)


def _field(axes: Axes, field: FlatField, reach: float) -> AxesImage:
    """Show the departures from the mean; white is flat."""
    departures = field.picture(zoom=1)
    shown = axes.imshow(departures, cmap="RdBu_r", vmin=-reach, vmax=reach, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlabel(
        f"flat field {field.level:g}, {len(departures)} x {len(departures)} pixels\n"
        f"ripple {field.ripple:.2f} grey levels",
        color=INK,
        fontsize=10,
    )
    return shown


def _bar(drawing: Figure, shown: AxesImage, axes: object, label: str) -> None:
    bar = drawing.colorbar(shown, ax=axes, shrink=0.82, pad=0.02, aspect=22)  # type: ignore[arg-type]
    bar.set_label(label, color=INK, fontsize=10)
    bar.ax.tick_params(colors=MUTED, labelsize=9, length=3)
    bar.outline.set_visible(False)
