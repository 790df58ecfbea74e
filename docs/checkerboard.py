"""Draw the checkerboard figure of the README from a finished study: python docs/checkerboard.py runs/upsamplers."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from srkit.atomic import whole
from srkit.checkerboard.flat import flat_fields
from srkit.cli.experiment import read_experiment
from srkit.plugins import load_catalog
from srkit.run.build import build
from srkit.weights.load import load

FIGURE = Path(__file__).parent / "figures" / "checkerboard.png"
BLOCK = "x2"
ARMS = {"transposed_conv(3)": "#c2610c", "resize_conv(nearest)": "#1f6fb5"}
INK, SOFT = "#1b1f24", "#5c6570"
FLAT = 1e-3
"""Grey levels below which a field is drawn as flat: what is left there is rounding."""


def main(study: Path) -> None:
    """Draw both arms before and after training, and the ripple along the way."""
    told = json.loads((study / "study.json").read_text())
    block = next(block for block in told["blocks"] if block["name"] == BLOCK)
    trials = {arm["name"]: [study / one["id"] for one in arm["trials"]] for arm in block["arms"]}
    figure = Figure(figsize=(9.6, 4.3), layout="constrained", facecolor="white")
    left, right = figure.subfigures(1, 2, width_ratios=[1, 1.05])
    panels = left.subplots(2, 2)
    for column, name in enumerate(ARMS):
        for row, field in enumerate(fields(trials[name][0])):
            panel(panels[row, column], field)
        panels[0, column].set_title(name, fontsize=10, color=INK, fontweight="bold")
    for row, when in enumerate(("before training", "after training")):
        panels[row, 0].set_ylabel(when, fontsize=10, color=SOFT)
    above, below = right.subplots(2, 1, sharex=True)
    arms = {name: trials[name] for name in ARMS}
    curves(above, arms, "M1", "ripple of a flat field (M1), grey levels", least=FLAT)
    above.set_yscale("log")
    above.set_yticks([FLAT, 0.01, 0.1, 1, 10, 100], labels=["flat", "0.01", "0.1", "1", "10", "100"])
    above.legend(frameon=False, fontsize=9)
    curves(below, arms, "M2", "grid in the spectrum of photographs over that of HR (M2), dB")
    below.set_xlabel("training step; mean and range of 3 seeds", fontsize=9, color=SOFT)
    with whole(FIGURE) as temporary:
        figure.savefig(temporary, format="png", dpi=110)


def fields(trial: Path):
    """Return the worst flat field of a trial's network, untrained and trained."""
    experiment, _, catalog = read_experiment([str(trial / "config.yaml")])
    untrained = build(experiment, catalog).model
    trained = load(str(trial), load_catalog()).module
    return [max(flat_fields(net, experiment.scale), key=lambda one: one.ripple) for net in (untrained, trained)]


def panel(axes, field):
    """Draw a flat field as departures from flat, every panel in its own reach."""
    picture = field.picture(zoom=1)[:8, :8]
    reach = max(0.05, abs(picture).max())
    axes.imshow(picture, cmap="RdBu_r", vmin=-reach, vmax=reach, interpolation="nearest")
    ripple = f"{field.ripple:.3g} grey levels" if field.ripple >= FLAT else "none"
    axes.set_xlabel(f"ripple: {ripple}", fontsize=9, color=SOFT)
    axes.set_xticks([])
    axes.set_yticks([])


def curves(axes, arms, measure, title, *, least=-np.inf):
    """Draw a measure over steps: the mean over seeds, and the band of all."""
    for name, folders in arms.items():
        seeds = [by_step(folder, measure) for folder in folders]
        steps = sorted(seeds[0])
        values = np.maximum([[np.mean(seed[step]) for seed in seeds] for step in steps], least)
        axes.fill_between(steps, values.min(1), values.max(1), color=ARMS[name], alpha=0.2, linewidth=0)
        axes.plot(steps, values.mean(1), "o-", color=ARMS[name], markersize=4, label=name)
    axes.set_title(title, fontsize=9, color=SOFT, loc="left")
    axes.tick_params(colors=SOFT, labelsize=9)
    axes.grid(color=SOFT, alpha=0.2, linewidth=0.7)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def by_step(trial, measure):
    """Return the values of a measure by step: one, or one an image."""
    found = defaultdict(list)
    for line in (trial / "measures.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row["measure"] == measure:
            found[row["step"]].append(row["value"])
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
