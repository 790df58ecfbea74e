"""What is said beside the tables of a study: what came out, how it was measured, what is missing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from srkit.report import facts
from srkit.report.scores import lower_is_better
from srkit.report.statistics import RESAMPLES
from srkit.report.study.compare import Standing, metrics, standings
from srkit.report.study.study import OWN, Block, Study
from srkit.report.tables import UNITS, number, protocol

UNCERTAIN = "not certain"

ENDS = "Before training → at its end, of the weights that were kept: means over validation images and seeds."
TESTS = "Every trained arm on its own test and on others: the mean, and the difference to the baseline there."
DOTS = "In a figure of differences a dot is filled where its interval leaves zero out; small bars are single seeds."
LINES = "A line is the mean over seeds, its band their range."

BUDGETS = {
    "steps": "every arm trains as long as its experiment says",
    "seconds": "every arm trains for the same time",
    "parameters": "the width of every arm is set so that all have as many parameters as the baseline",
}


@dataclass(frozen=True)
class Answer:
    """What came out of a block: what it is about, and arms by how they stand to the baseline."""

    about: str
    verdicts: dict[str, str]


def answers(study: Study) -> list[Answer]:
    """Return for each block with scores which arms are better or worse than the baseline, by its first metric.

    Where arms were made for tests of their own, only further tests can tell.
    """
    return [
        _answer(study, block, test) for block in study.blocks if metrics(block) for test in _telling(study, block)
    ]


def _telling(study: Study, block: Block) -> Sequence[str]:
    found = standings(study, block, metrics(block)[0])
    return study.tests if study.tests and not all(one.alike for one in found) else (OWN,)


def _answer(study: Study, block: Block, test: str) -> Answer:
    metric = metrics(block)[0]
    about = ", ".join(filter(None, (block.name, test, f"{metric.upper()} against {block.baseline}")))
    found = [one for one in standings(study, block, metric, test) if one.difference is not None]
    if not found:
        return Answer(about, {UNCERTAIN: "nothing to compare"})
    if all(math.isnan(one.difference.low) for one in found if one.difference):
        return Answer(about, {UNCERTAIN: f"{_listed(found)}; there are no intervals"})
    verdicts = {
        "better": [one for one in found if one.better is True],
        "worse": [one for one in found if one.better is False],
        UNCERTAIN: [one for one in found if one.better is None],
    }
    return Answer(about, {name: _listed(some) for name, some in verdicts.items() if some})


def _listed(found: list[Standing]) -> str:
    unit = f"\N{NO-BREAK SPACE}{UNITS[found[0].metric]}" if found[0].metric in UNITS else ""
    return ", ".join(
        f"{one.arm.name} ({number(one.metric, one.difference.mean, sign=True)}{unit})"
        for one in found
        if one.difference
    )


def comparison(study: Study) -> list[str]:
    """Return what must be known to read the score tables."""
    images = sorted({len(run.scores.images) for run in study.runs})
    count = " or ".join(map(str, images))
    said = [
        f"Means over {count} test image{'' if images == [1] else 's'} and {len(study.seeds)} "
        f"seed{'s' if len(study.seeds) > 1 else ''}; ± is the standard deviation of the seeds' means. "
        "A difference is paired by image and seed, with the same kernels for both; an arm that was tested on other "
        "images than the baseline, or by another protocol, has none. Wins are the pairs in which the arm is better."
    ]
    if not study.intervals or len(study.seeds) < 2:
        why = "the study wants none" if not study.intervals else "one seed does not tell how another would differ"
        return [*said, f"There are no intervals ({why}), so no difference is called certain and none is bold."]
    few = " With one image the intervals tell of seeds alone." if images == [1] else ""
    return [
        *said,
        "With a difference stands its 95 % interval; it is bold where the interval leaves zero out. Scores of one "
        "image resemble each other and so do those of one seed, so images and seeds are drawn anew as wholes (a "
        f"two-way bootstrap, {RESAMPLES:,} resamples, seed 0); because they are few, the interval is then "
        "stretched by Student's t of each. Drawing the pairs one by one would give intervals that are far too "
        "narrow. Every arm is judged by itself: of twenty that are no different, one leaves zero out by "
        f"chance.{few}",
    ]


def protocols(block: Block, test: str = OWN) -> str:
    """Return how the metrics of a block's score table measure, in one line."""
    by_text: dict[str, list[str]] = {}
    for trial in (trial for arm in block.arms for trial in arm.scored if test in trial.tests):
        for metric in trial.tests[test].scores.metrics:
            values = trial.tests[test].protocol.get(metric, {})
            lower = ["lower is better"] if lower_is_better(metric, values) and "better" not in values else []
            names = by_text.setdefault(", ".join([protocol(values), *lower]), [])
            if metric.upper() not in names:
                names.append(metric.upper())
    return "; ".join(f"{' and '.join(names)}: {text}" for text, names in by_text.items())


def sketch(study: Study) -> list[str]:
    """Return the study in a few words."""
    trials, done = len(study.trials), len(study.runs)
    found = [
        _several((run.summary.model for run in study.runs), ", "),
        _several((f"x{run.summary.scale}" for run in study.runs), ", "),
        f"{len(study.arms)} arms",
        f"{len(study.seeds)} seed{'s' if len(study.seeds) > 1 else ''}",
        f"{trials} trials" if done == trials else f"{done} of {trials} trials",
    ]
    return [text for text in found if text]


def missing(study: Study) -> list[tuple[str, str]]:
    """Return what has failed or not run yet, and why."""
    found = []
    for name, trial in study.titled():
        untested = [test for test in study.tests if test not in trial.tests]
        if trial.problem:
            found.append((name, trial.problem))
        elif trial.run is None:
            found.append((name, "has no scores yet"))
        elif untested:
            found.append((name, f"has not been tested on {' and '.join(untested)} yet"))
    return found


def measured(study: Study) -> dict[str, str]:
    """Return how the numbers came about, by what is said of it."""
    settings = [run.settings for run in study.runs]
    found = {
        "equal": BUDGETS.get(study.mode, study.mode),
        "test images": _several(facts.chosen((one.get("data") or {}).get("test")) for one in settings),
        "LR": _several(facts.low(run) for run in study.runs),
        "bicubic": _several(run.summary.resize for run in study.runs),
        "weights": "best on the validation images",
        "seeds": ", ".join(map(str, study.seeds)),
    }
    return {name: text for name, text in found.items() if text}


def machinery(study: Study) -> dict[str, str]:
    """Return what the study ran on, for how long, and how it was called."""
    machines = [facts.machinery(run) for run in study.runs]
    found = {
        name: _several(one.get(name, "") for one in machines)
        for name in ("device", "processor", "platform", "versions")
    }
    seconds = sum(run.summary.seconds for run in study.runs)
    found["training"] = f"{facts.duration(seconds)} in all, added up over {len(study.runs)} trials"
    found["started"] = min((one["started"] for one in machines if "started" in one), default="")
    found["command"] = study.command
    return {name: text for name, text in found.items() if text}


def costs(study: Study) -> str:
    """Return what must be known to read the cost tables."""
    devices = {str(run.environment.get("device", "")) for run in study.runs}
    whose = "GPU" if any(device.startswith("cuda") for device in devices) else "process"
    return (
        "Multiply-adds of convolutions and matrix products for one HR image of 1280x720. Of times and steps the "
        f"median over seeds, of memory the most that the {whose} held."
    )


def _several(texts: Iterable[str], between: str = "; ") -> str:
    return between.join(dict.fromkeys(filter(None, texts)))
