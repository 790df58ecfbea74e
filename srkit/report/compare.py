"""Gains of a network over interpolation, image by image, and of arms over the baseline, by image and seed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from srkit.report.numbers import label
from srkit.report.results import OWN, ArmResult, BlockResult, Results, RunResult
from srkit.report.scores import lower_is_better, mean
from srkit.report.statistics import Difference, crossed, difference, differences, paired

Values = Mapping[int, Mapping[str, float]]
"""A value by seed and image."""


@dataclass(frozen=True)
class Gain:
    """One metric of a run's network and of the interpolation: values by image, means and difference.

    ``difference`` is network minus interpolation, paired by image.
    """

    metric: str
    protocol: Mapping[str, Any]
    network_name: str
    baseline_name: str
    images: tuple[str, ...]
    values: tuple[float, ...]
    baseline: tuple[float, ...]
    difference: Difference

    @property
    def label(self) -> str:
        """The metric with its unit."""
        return label(self.metric)

    @property
    def lower_is_better(self) -> bool:
        """Whether a smaller value is a better one."""
        return lower_is_better(self.metric, self.protocol)

    @property
    def good(self) -> bool:
        """Whether the mean difference is one to the better."""
        return (self.difference.mean < 0) == self.lower_is_better

    @property
    def means(self) -> tuple[float, float]:
        """The means over images of the interpolation and of the network."""
        return mean(self.baseline), mean(self.values)


def gains(results: Results) -> list[Gain]:
    """Return the gains of a run's network, one for every metric in the order of the config."""
    (run,) = results.runs
    return [gain_of(run, metric) for metric in run.scores.metrics]


def gain_of(run: RunResult, metric: str) -> Gain:
    """Compare the network of a run with the interpolation by one metric, image by image."""
    network, baseline, scores = run.summary.network, run.summary.baseline, run.scores
    protocol = run.summary.protocol.get(metric, {})
    values, base = scores.values(network, metric), scores.values(baseline, metric)
    pairs = paired(values, base, lower_is_better=lower_is_better(metric, protocol))
    return Gain(metric, protocol, network, baseline, tuple(scores.images), tuple(values), tuple(base), pairs)


@dataclass(frozen=True)
class Standing:
    """The scores of an arm on one test by one metric, and their difference to the baseline.

    ``mean`` is over images and seeds, ``spread`` the standard deviation of the seeds' means (None of
    fewer than two), ``gain`` the mean difference to the interpolation. ``difference`` is to the baseline, None for
    the baseline itself and where the two share no seed and image; ``by_seed`` are its means, seed by seed.
    ``alike`` says whether both were given the same images and measured in the same way; if not, there is
    no difference either: what differs would be the test.
    """

    arm: ArmResult
    metric: str
    protocol: Mapping[str, Any]
    seeds: int
    mean: float
    spread: float | None
    gain: float
    difference: Difference | None
    by_seed: tuple[float, ...]
    alike: bool

    @property
    def lower_is_better(self) -> bool:
        """Whether a smaller value is a better one."""
        return lower_is_better(self.metric, self.protocol)

    @property
    def better(self) -> bool | None:
        """Whether the arm is better than the baseline; None if that is not certain."""
        found = self.difference
        return (found.mean < 0) == self.lower_is_better if found and found.certain else None


def metrics(block: BlockResult, test: str = OWN) -> list[str]:
    """Return the metrics by which the arms of a block were scored, in the order of their configs."""
    found = [trial.tests[test].scores for arm in block.arms for trial in arm.scored if test in trial.tests]
    return list(dict.fromkeys(metric for scores in found for metric in scores.metrics))


def standings(results: Results, block: BlockResult, metric: str, test: str = OWN) -> list[Standing]:
    """Return the standing of each arm of a block, in the order of the study; arms without scores are left out."""
    return list(_standings(results.intervals, block, metric, test))


def _standings(intervals: bool, block: BlockResult, metric: str, test: str) -> Iterator[Standing]:
    base = values(block.base, metric, test)
    for arm in block.arms:
        own = values(arm, metric, test)
        if not own:
            continue
        protocol = next(trial.tests[test].protocol.get(metric, {}) for trial in arm.scored if test in trial.tests)
        means = [mean(list(images.values())) for images in own.values()]
        alike = _alike(arm, block.base, metric, test)
        found = _paired(own, base) if alike and arm.name != block.baseline else None
        lower = lower_is_better(metric, protocol)
        yield Standing(
            arm=arm,
            metric=metric,
            protocol=protocol,
            seeds=len(own),
            mean=mean(means),
            spread=float(np.std(means, ddof=1)) if len(means) > 1 and np.isfinite(means).all() else None,
            gain=mean(_gains(own, values(arm, metric, test, interpolation=True))),
            difference=None if found is None else _compared(*found, lower=lower, intervals=intervals),
            by_seed=() if found is None else tuple(map(float, differences(*found).mean(0))),
            alike=alike,
        )


def values(arm: ArmResult, metric: str, test: str = OWN, *, interpolation: bool = False) -> Values:
    """Return the scores of an arm on a test, or those of the interpolation; seeds without scores are absent."""
    found: dict[int, dict[str, float]] = {}
    for trial in arm.scored:
        if trial.run and test in trial.tests and metric in trial.tests[test].scores.metrics:
            scores, summary = trial.tests[test].scores, trial.run.summary
            model = summary.baseline if interpolation else summary.network
            found[trial.seed] = dict(zip(scores.images, scores.values(model, metric), strict=True))
    return found


def _alike(arm: ArmResult, base: ArmResult, metric: str, test: str) -> bool:
    """Return whether two arms were given the same images and measured in the same way, seed by seed."""
    first, second = (
        {trial.seed: trial.tests[test] for trial in one.scored if test in trial.tests} for one in (arm, base)
    )
    return all(
        first[seed].given == second[seed].given
        and first[seed].protocol.get(metric) == second[seed].protocol.get(metric)
        for seed in first
        if seed in second
    )


def _paired(own: Values, base: Values) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Return the values (images, seeds) of both for the seeds and images that both have; None if there are none."""
    seeds = [seed for seed in own if seed in base]
    images = [
        image
        for image in (own[seeds[0]] if seeds else ())
        if all(image in one[seed] for one in (own, base) for seed in seeds)
    ]
    if not images:
        return None
    first, second = (np.array([[one[seed][image] for seed in seeds] for image in images]) for one in (own, base))
    return first, second


def _compared(own: NDArray[np.float64], base: NDArray[np.float64], *, lower: bool, intervals: bool) -> Difference:
    found = crossed(own, base, lower_is_better=lower)
    return found if intervals else Difference(found.mean, math.nan, math.nan, found.wins, found.count)


def _gains(own: Values, interpolated: Values) -> list[float]:
    return [difference(value, interpolated[seed][image]) for seed in own for image, value in own[seed].items()]
