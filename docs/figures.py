"""Draw the figures of docs/numbers.md: python docs/figures.py. They need nothing but srkit."""

from __future__ import annotations

from pathlib import Path

import torch
from matplotlib.figure import Figure
from torch.nn import functional as F

from srkit.atomic import whole
from srkit.checkerboard import gradient, phases, picture, spectrum
from srkit.checkerboard.flat import flat_fields
from srkit.image.color import rgb_to_y
from srkit.image.convert import to_tensor
from srkit.image.resize import resize
from srkit.plugins import load_catalog

HERE = Path(__file__).parent / "figures"
SCALE = 2
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
        torch.manual_seed(0)
        model = catalog.build("model", "lapsrn", SCALE, 1, depth=3, residual_init="he", upsampler=upsampler)
        with torch.no_grad():
            made = model(low)
        field = max(flat_fields(model, SCALE), key=lambda one: one.ripple)
        drawn[name] = spectrum.grid_spectrum(made, SCALE), field
        errors[name] = phases.phase_errors(made, high, SCALE)
    picture.write(HERE / "m1_m2.png", drawn, dpi=90)
    save("m3.png", phase_sheet(errors))
    blurred = resize(low, SCALE)
    losses = {"charbonnier": catalog.build("loss", "charbonnier"), "max-pooled features": pooled}
    grids = {name: gradient.gradient_grid(loss, blurred, high, SCALE) for name, loss in losses.items()}
    save("m4.png", gradient_sheet(grids))


def phase_sheet(errors):
    """Draw the mean error of each phase, one panel an arm."""
    figure = Figure(figsize=(9, 3), layout="constrained", facecolor="white")
    reach = max(abs(one.biases - one.biases.mean()).max() for one in errors.values())
    for axes, (name, one) in zip(figure.subplots(1, len(errors)), errors.items(), strict=True):
        shown = axes.imshow(one.biases - one.biases.mean(), cmap="RdBu_r", vmin=-reach, vmax=reach)
        for (row, column), value in [
            (at, one.biases[at] - one.biases.mean()) for at in ((0, 0), (0, 1), (1, 0), (1, 1))
        ]:
            ink = "white" if abs(value) > 0.6 * reach else "black"
            axes.text(column, row, f"{value:+.2f}", ha="center", va="center", fontsize=11, color=ink)
        axes.set_title(f"{name}\nspread {one.bias_spread:.2f}", fontsize=10)
        axes.set_xticks([0, 1])
        axes.set_yticks([0, 1])
    figure.colorbar(shown, ax=figure.axes, label="bias, grey levels")
    return figure


def gradient_sheet(grids):
    """Draw the spectrum of each loss's gradient."""
    figure = Figure(figsize=(8, 3.6), layout="constrained", facecolor="white")
    for axes, (name, grid) in zip(figure.subplots(1, len(grids)), grids.items(), strict=True):
        shown = axes.imshow(grid.levels, cmap="magma", extent=(-0.5, 0.5, 0.5, -0.5))
        axes.set_title(f"{name}: {grid.decibels:+.1f} dB", fontsize=11)
        axes.set_xlabel("cycles per pixel")
        figure.colorbar(shown, ax=axes, label="power, dB")
    return figure


def save(name, figure):
    """Write a figure as PNG."""
    with whole(HERE / name) as temporary:
        figure.savefig(temporary, format="png", dpi=90)


if __name__ == "__main__":
    main()
