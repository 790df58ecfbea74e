"""What stands beside the numbers: how they were measured, and what they were made with."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from srkit.report.read import Run
from srkit.report.scores import Comparison
from srkit.report.statistics import RESAMPLES
from srkit.report.tables import label, protocol

VERSIONS = ("srkit", "torch", "numpy", "python")


def sketch(run: Run) -> list[str]:
    """Return the run in a few words: network, scale, colour, size, steps, time."""
    summary = run.summary
    return [
        summary.model,
        f"x{summary.scale}",
        {"y": "luma (Y)", "rgb": "RGB"}.get(summary.color, summary.color),
        f"{summary.parameters:,} parameters",
        f"{summary.steps:,} steps",
        duration(summary.seconds),
    ]


def measured(run: Run, comparisons: list[Comparison]) -> dict[str, str]:
    """Return how the numbers were measured, by what is said of it."""
    settings, count = run.settings, len(run.scores.images)
    data = settings.get("data") or {}
    found = {
        "test images": f"{count}; {chosen(data.get('test'))}".rstrip("; "),
        "LR": low(run),
        "bicubic": run.summary.resize,
        **{label(one.metric): protocol(one.protocol) for one in comparisons},
        "weights": "best on the validation images" + _at_step(run),
        "averages": "mean of the values per image, unrounded",
        "intervals": f"paired bootstrap of the gain over {count} images, {RESAMPLES:,} resamples, seed 0, "
        "stretched by Student's t"
        if count > 1
        else "",
    }
    return {name: text for name, text in found.items() if text}


def machinery(run: Run) -> dict[str, str]:
    """Return what the run ran on and how it was called, by what is said of it."""
    machine = run.environment
    versions = [f"{name} {machine[name]}" for name in VERSIONS if name in machine]
    versions += [f"{name} {version}" for name, version in machine.get("plugins", {}).items()]
    cores = [f"{machine['cores']} cores"] if "cores" in machine else []
    found = {
        "device": ", ".join(filter(None, [machine.get("device"), machine.get("precision")])),
        "processor": ", ".join(filter(None, [machine.get("cpu"), *cores])),
        "platform": machine.get("platform", ""),
        "versions": ", ".join(versions),
        "seed": str(machine.get("seed", "")),
        "started": str(machine.get("started", "")).replace("T", " ").replace("+00:00", " UTC"),
        "command": command(machine.get("command", [])),
    }
    return {name: text for name, text in found.items() if text}


def low(run: Run) -> str:
    """Return where the LR of the test images came from."""
    return "the test set's own" if run.summary.own_low else chosen(run.settings.get("degradation"))


def chosen(choice: Any) -> str:
    """Return a choice of the config in words: the part's name and its options."""
    if not isinstance(choice, Mapping):
        return "" if choice is None else str(choice)
    options = ", ".join(f"{name} {_plain(value)}" for name, value in choice.items() if name != "use")
    return f"{choice.get('use', '')} ({options})" if options else str(choice.get("use", ""))


def command(words: list[str]) -> str:
    """Return a command line to copy, the program without its folder."""
    return shlex.join([Path(words[0]).name, *words[1:]]) if words else ""


def duration(seconds: float) -> str:
    """Return a time as one would say it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.1f} min"
    return f"{seconds / 3600:.1f} h"


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return f"[{', '.join(map(_plain, value))}]"
    if isinstance(value, Mapping):
        return chosen(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)


def _at_step(run: Run) -> str:
    return "" if run.summary.best_step is None else f", of step {run.summary.best_step:,}"
