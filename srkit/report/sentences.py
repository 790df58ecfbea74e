"""The sentences of a report: answers, explanations of its tables, and missing results."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from srkit.report.compare import Gain, Standing, metrics, standings
from srkit.report.numbers import count, number, protocol, with_unit
from srkit.report.results import OWN, BlockResult, Results
from srkit.report.scores import lower_is_better
from srkit.report.statistics import RESAMPLES

UNCERTAIN = "not certain"

ENDS = (
    "Each cell shows the network before training → the weights that were kept at its end, as means over "
    "validation images and seeds."
)
TESTS = "Each trained arm was scored on its own test and on others: the mean, and the difference to the baseline."
DOTS = "In a figure of differences, a filled dot has an interval that leaves zero out; small bars are single seeds."
LINES = "A line is the mean over seeds, its band their range."

NEIGHBOURS = "A line is the mean over neighbouring steps, its band their range."
KEPT = "A ring marks the weights that were kept."


@dataclass(frozen=True)
class Answer:
    """The answer of a block: its subject, and its arms that are better or worse than the baseline."""

    about: str
    verdicts: dict[str, str]


def answers(results: Results) -> list[Answer]:
    """Return for each block with scores which arms are better or worse than the baseline, by its first metric.

    If the arms have different tests of their own, only further tests can compare them.
    """
    return [
        _answer(results, block, test)
        for block in results.blocks
        if metrics(block)
        for test in _telling(results, block)
    ]


def _telling(results: Results, block: BlockResult) -> Sequence[str]:
    every = standings(results, block, metrics(block)[0])
    return results.tests if results.tests and not all(standing.alike for standing in every) else (OWN,)


def _answer(results: Results, block: BlockResult, test: str) -> Answer:
    metric = metrics(block)[0]
    subject = ["", f"{metric.upper()} against {block.baseline}"]
    if test != OWN:  # an arm and a test may share a name
        subject = [f"test {test}", f"{metric.upper()} against arm {block.baseline}"]
    about = ", ".join(filter(None, (block.name, *subject)))
    compared = [standing for standing in standings(results, block, metric, test) if standing.difference is not None]
    if not compared:
        return Answer(about, {UNCERTAIN: "nothing to compare"})
    if all(math.isnan(standing.difference.low) for standing in compared if standing.difference):
        return Answer(about, {UNCERTAIN: f"{_listed(compared)}; there are no intervals"})
    verdicts = {
        "better": [standing for standing in compared if standing.better is True],
        "worse": [standing for standing in compared if standing.better is False],
        UNCERTAIN: [standing for standing in compared if standing.better is None],
    }
    return Answer(about, {name: _listed(some) for name, some in verdicts.items() if some})


def _listed(compared: list[Standing]) -> str:
    space = "\N{NO-BREAK SPACE}"
    return ", ".join(
        f"{standing.arm.name} ({with_unit(standing.metric, standing.difference.mean, space=space)})"
        for standing in compared
        if standing.difference
    )


def interval(gain: Gain) -> str:
    """Return the interval of a mean gain in words; empty for one image, which has none."""
    if gain.difference.count < 2:
        return ""
    low, high = (number(gain.metric, bound, sign=True) for bound in (gain.difference.low, gain.difference.high))
    return f"95 % interval {low} to {high}"


def wins(gain: Gain) -> str:
    """Return on how many images the network is better."""
    return f"better on {gain.difference.wins} of {count(gain.difference.count, 'test image')}"


def headline(gain: Gain) -> str:
    """Return the gain over the interpolation in one sentence, with its interval, wins and protocol."""
    doubt = "" if gain.difference.certain or gain.difference.count < 2 else ", which contains zero"
    within = f" ({interval(gain)}{doubt})" if interval(gain) else ""
    mean = with_unit(gain.metric, gain.difference.mean)
    over = f"{gain.metric.upper()} over {gain.baseline_name}"
    return f"{mean} {over}{within}, {wins(gain)}; {protocol(gain.protocol)}"


def comparison(results: Results) -> list[str]:
    """Return the explanation of the score tables."""
    images = sorted({len(run.scores.images) for run in results.runs})
    numbers = " or ".join(map(str, images))
    reading = [
        f"Scores are means over {numbers} test image{'' if images == [1] else 's'} and "
        f"{count(len(results.seeds), 'seed')}; ± is the standard deviation of the seeds' means. "
        "A difference is paired by image and seed, with the same kernels for both; an arm that was tested on other "
        "images than the baseline, or by another protocol, has none. Wins are the pairs in which the arm is better."
    ]
    if not results.intervals or len(results.seeds) < 2:
        why = "the study wants none" if not results.intervals else "one seed does not tell how another would differ"
        return [*reading, f"There are no intervals ({why}), so no difference is called certain and none is bold."]
    few = " With one image the intervals tell of seeds alone." if images == [1] else ""
    return [
        *reading,
        "The 95 % interval stands beside each difference, which is bold where the interval leaves zero out. Scores "
        "of one image resemble each other, and so do scores of one seed, so whole images and whole seeds are "
        f"resampled (a two-way bootstrap, {RESAMPLES:,} resamples, seed 0); because they are few, the interval is "
        "then stretched by Student's t of each. Resampling single pairs would give intervals that are far too "
        "narrow. Every arm is judged by itself: of twenty arms that are no different, one leaves zero out by "
        f"chance.{few}",
    ]


def protocols(block: BlockResult, test: str = OWN) -> str:
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


def missing(results: Results) -> list[tuple[str, str]]:
    """Return the trials that failed or have not run yet, and why."""
    found = []
    for name, trial in results.titled():
        untested = [test for test in results.tests if test not in trial.tests]
        if trial.problem:
            found.append((name, trial.problem))
        elif trial.run is None:
            found.append((name, "has no scores yet"))
        elif untested:
            found.append((name, f"has not been tested on {' and '.join(untested)} yet"))
    return found


def costs(results: Results) -> str:
    """Return the explanation of the cost tables."""
    whose = "GPU" if any(run.environment.device not in ("", "cpu") for run in results.runs) else "process"
    return (
        "Multiply-adds count convolutions and matrix products for one HR image of 1280x720 pixels. Times and steps "
        f"are the median over seeds; memory is the most that the {whose} held with any seed."
    )
