"""Draw the figures of docs/numbers.md: python docs/figures.py. They need nothing but srkit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure
from torch.nn import functional as F

from srkit.atomic import whole
from srkit.checkerboard import gradient, picture, spectrum
from srkit.checkerboard.flat import flat_fields
from srkit.checkerboard.phase_errors import phase_errors
from srkit.checkerboard.picture import CYCLES, MINUS
from srkit.image.color import rgb_to_y
from srkit.image.convert import to_tensor
from srkit.image.resize import resize
from srkit.plugins import load_catalog

HERE = Path(__file__).parent / "figures"
SCALE = 2
UPSAMPLERS = (
    "bicubic",
    "carafe",
    "dysample",
    "nearest_steps",
    "pixel_attention",
    "pixel_tcl",
    "resize_conv",
    "subpixel",
    "transposed_conv",
)
ARMS = {
    "transposed_conv (3x3, he)": {"use": "transposed_conv", "kernel": 3},
    "subpixel (he)": {"use": "subpixel", "init": "he"},
    "resize_conv (nearest)": {"use": "resize_conv"},
}


def pooled(prediction, target):
    """Stand for a perceptual loss: max-pooled values are compared."""
    return (F.max_pool2d(prediction, 2) - F.max_pool2d(target, 2)).square().mean()


def main():
    """Draw all figures."""
    catalog = load_catalog([])
    photographs = catalog.build("dataset", "samples", split="test")
    high = rgb_to_y(to_tensor(photographs.high(1)))[..., :384, :384]
    low = resize(high, 1 / SCALE)
    drawn, errors = {}, {}
    for name, upsampler in ARMS.items():
        made, field = untrained(catalog, upsampler, low)
        drawn[name] = spectrum.grid_spectrum(made, SCALE), field
        errors[name] = phase_errors(made, high, SCALE)
    picture.write(HERE / "m1_m2.png", drawn, dpi=90)
    save("m3.png", phase_sheet(errors))
    measured = {name: untrained(catalog, {"use": name}, low) for name in UPSAMPLERS}
    every = {name: (spectrum.grid_spectrum(made, SCALE), field) for name, (made, field) in measured.items()}
    save("upsamplers.png", upsampler_sheet(every))
    blurred = resize(low, SCALE)
    losses = {"charbonnier": catalog.build("loss", "charbonnier"), "max-pooled features": pooled}
    grids = {name: gradient.gradient_grid(loss, blurred, high, SCALE) for name, loss in losses.items()}
    save("m4.png", gradient_sheet(grids))


def untrained(catalog, upsampler, low):
    """Return the output of an untrained LapSRN for ``low``, and its worst flat field."""
    torch.manual_seed(0)
    model = catalog.build("model", "lapsrn", SCALE, 1, depth=3, residual_init="he", upsampler=upsampler)
    with torch.no_grad():
        made = model(low)
    return made, max(flat_fields(model, SCALE), key=lambda one: one.ripple)


def upsampler_sheet(arms):
    """Draw a column for each upsampler: above its spectrum, below its flat field in colours of its own."""
    figure = Figure(figsize=(1.75 * len(arms), 4.6), layout="constrained", facecolor="white")
    axes = figure.subplots(2, len(arms))
    quiet = min(np.percentile(one.levels, 1) for one, _ in arms.values())
    loud = max(np.percentile(one.levels, 99.8) for one, _ in arms.values())
    for column, (name, (grid, field)) in enumerate(arms.items()):
        above, below = axes[:, column]
        above.imshow(grid.levels, cmap="magma", vmin=quiet, vmax=loud, extent=(-0.5, 0.5, 0.5, -0.5))
        above.set_title(name, fontsize=10, fontweight="bold")
        above.set_xlabel(f"grid {grid.decibels:+.1f} dB".replace("-", MINUS), fontsize=10)
        departures = field.picture(zoom=1)
        reach = max(0.05, abs(departures).max())
        below.imshow(departures, cmap="RdBu_r", vmin=-reach, vmax=reach, interpolation="nearest")
        flat = field.ripple < 1e-3
        below.set_xlabel("flat" if flat else f"ripple {field.ripple:.3g}", fontsize=10)
        for one in (above, below):
            one.set_xticks([])
            one.set_yticks([])
    axes[0, 0].set_ylabel("spectrum", fontsize=10)
    axes[1, 0].set_ylabel("flat field", fontsize=10)
    return figure


def phase_sheet(errors):
    """Draw the mean error of each phase, one panel an arm."""
    figure = Figure(figsize=(9, 3.4), layout="constrained", facecolor="white")
    reach = max(abs(one.biases - one.biases.mean()).max() for one in errors.values())
    for axes, (name, one) in zip(figure.subplots(1, len(errors)), errors.items(), strict=True):
        shown = axes.imshow(one.biases - one.biases.mean(), cmap="RdBu_r", vmin=-reach, vmax=reach)
        for (row, column), value in [
            (at, one.biases[at] - one.biases.mean()) for at in ((0, 0), (0, 1), (1, 0), (1, 1))
        ]:
            ink = "white" if abs(value) > 0.6 * reach else "black"
            text = f"{value:+.2f}".replace("-", MINUS)
            axes.text(column, row, text, ha="center", va="center", fontsize=11, color=ink)
        axes.set_title(f"{name}\nspread {one.bias_spread:.2f}", fontsize=10)
        axes.set_xticks([0, 1], ["0", "1"])
        axes.set_yticks([0, 1], ["0", "1"])
        axes.set_xlabel("column of the phase")
    figure.axes[0].set_ylabel("row of the phase")
    figure.colorbar(shown, ax=figure.axes, label="bias, grey levels")
    return figure


def gradient_sheet(grids):
    """Draw the spectrum of each loss's gradient, its grid frequencies ringed."""
    figure = Figure(figsize=(9, 4), layout="constrained", facecolor="white")
    for axes, (name, grid) in zip(figure.subplots(1, len(grids)), grids.items(), strict=True):
        quiet, loud = np.percentile(grid.levels, (1, 99.9))
        shown = axes.imshow(grid.levels, cmap="magma", extent=(-0.5, 0.5, 0.5, -0.5), vmin=quiet, vmax=loud)
        for row, column, _ in grid.peaks:
            y, x = (at / len(grid.levels) - 0.5 for at in (row, column))
            for left in {x, x + (column == 0)}:
                for top in {y, y + (row == 0)}:
                    axes.plot(left, top, "o", ms=15, mfc="none", mec="#1a66ad", mew=1.6, clip_on=False)
        decibels = f"{grid.decibels:+.1f}".replace("-", MINUS)
        axes.set_title(f"{name}: {decibels} dB", fontsize=11, pad=12)
        axes.tick_params(pad=9)
        axes.set_xticks(*CYCLES)
        axes.set_yticks(*CYCLES)
        axes.set_xlabel("cycles per pixel")
        figure.colorbar(shown, ax=axes, label="power, dB")
    return figure


def save(name, figure):
    """Write a figure as PNG."""
    with whole(HERE / name) as temporary:
        figure.savefig(temporary, format="png", dpi=90)


if __name__ == "__main__":
    main()
