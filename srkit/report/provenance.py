"""Facts about the numbers of a report: protocols, configs, machines and versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from srkit.report.compare import gains
from srkit.report.numbers import count, duration, label, protocol
from srkit.report.results import Results, RunResult
from srkit.report.statistics import RESAMPLES

BUDGETS = {
    "steps": "every arm trains as long as its experiment says",
    "seconds": "every arm trains for the same time",
    "parameters": "the width of every arm is set so that all have as many parameters as the baseline",
}
COLORS = {"y": "luma (Y)", "rgb": "RGB"}


def sketch(results: Results) -> list[str]:
    """Return the results in a few words: networks, scales and sizes."""
    runs = results.runs
    networks = [
        _several((run.summary.model for run in runs), ", "),
        _several((f"x{run.summary.scale}" for run in runs), ", "),
    ]
    if results.single:
        summary = runs[0].summary
        return [
            *networks,
            COLORS.get(summary.color, summary.color),
            count(summary.parameters, "parameter"),
            count(summary.steps, "step"),
            duration(summary.seconds),
        ]
    trials = count(len(results.trials), "trial")
    done = trials if len(runs) == len(results.trials) else f"{len(runs)} of {trials}"
    return [*networks, count(len(results.arms), "arm"), count(len(results.seeds), "seed"), done]


def measured(results: Results) -> dict[str, str]:
    """Return facts about training and measurement, by their names."""
    runs = results.runs
    images = _several(chosen((run.settings.get("data") or {}).get("test")) for run in runs)
    facts = {
        "equal": BUDGETS.get(results.mode, results.mode),
        "test images": images,
        "LR": _several(low(run) for run in runs),
        results.interpolation: _several(run.summary.resize for run in runs),
        "weights": "best on the validation images",
        "seeds": ", ".join(map(str, results.seeds)),
    }
    if results.single:
        facts |= _measured_run(results, runs[0], images)
    return _told(facts)


def _measured_run(results: Results, run: RunResult, images: str) -> dict[str, str]:
    number, step = len(run.scores.images), run.summary.best_step
    return {
        "test images": f"{number}; {images}".rstrip("; "),
        "weights": "best on the validation images" + ("" if step is None else f", of step {step:,}"),
        "seeds": "",  # shown among the facts of the machine
        **{label(gain.metric): protocol(gain.protocol) for gain in gains(results)},
        "averages": "mean of the values per image, unrounded",
        "intervals": f"paired bootstrap of the gain over {number} images, {RESAMPLES:,} resamples, seed 0, "
        "stretched by Student's t"
        if number > 1
        else "",
    }


def machinery(results: Results) -> dict[str, str]:
    """Return machine, time, versions and command of the runs, by their names."""
    runs = results.runs
    seconds = sum(run.summary.seconds for run in runs)
    return _told(
        {
            "device": _several(run.environment.device for run in runs),
            "processor": _several(_processor(run) for run in runs),
            "platform": _several(run.environment.platform for run in runs),
            "versions": _several(_versions(run) for run in runs),
            "seed": _several(_plain(run.environment.seed) for run in runs) if results.single else "",
            "training": ""
            if results.single
            else f"{duration(seconds)} in all, added up over {count(len(runs), 'trial')}",
            "started": min((_started(run) for run in runs if run.environment.started), default=""),
            "command": results.command,
        }
    )


def low(run: RunResult) -> str:
    """Return the origin of the LR test images, in words."""
    return "the test set's own" if run.summary.own_low else chosen(run.settings.get("degradation"))


def chosen(choice: Any) -> str:
    """Return a choice of the config in words: the part's name and its options."""
    if not isinstance(choice, Mapping):
        return "" if choice is None else str(choice)
    options = ", ".join(f"{name} {_plain(value)}" for name, value in choice.items() if name != "use")
    return f"{choice.get('use', '')} ({options})" if options else str(choice.get("use", ""))


def _processor(run: RunResult) -> str:
    cores = run.environment.cores
    return ", ".join(filter(None, [run.environment.cpu, "" if cores is None else count(cores, "core")]))


def _versions(run: RunResult) -> str:
    machine = run.environment
    named = {"srkit": machine.srkit, "torch": machine.torch, "numpy": machine.numpy, "python": machine.python}
    return ", ".join(f"{name} {version}" for name, version in (named | dict(machine.plugins)).items() if version)


def _started(run: RunResult) -> str:
    return run.environment.started.replace("T", " ").replace("+00:00", " UTC")


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


def _several(texts: Iterable[str], between: str = "; ") -> str:
    return between.join(dict.fromkeys(filter(None, texts)))


def _told(facts: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in facts.items() if text}
