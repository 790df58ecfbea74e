"""Every score and every measure of a run or a study as CSV, in full precision."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from srkit.report.numbers import protocol
from srkit.report.results import Results, TrialResult
from srkit.report.statistics import difference

OF_STUDY = ("block", "arm", "seed", "test")
"""Columns that identify the trial of a score in a study; a run has none of them."""

MEASURES = ("block", "arm", "seed", "step", "measure", "image", "value")


def scores_csv(results: Results) -> str:
    """Return a row for each image and metric, and in a study for each block, arm, seed and test.

    The gain is network minus interpolation. The name of an arm's own test is empty.
    """
    of_trial = () if results.single else OF_STUDY
    heads = (*of_trial, "image", "metric", results.network, results.interpolation, "gain", "protocol")
    return _csv(heads, ((*(place if of_trial else ()), *row) for place, row in _scores(results)))


def measures_csv(results: Results) -> str:
    """Return a row for each block, arm, seed, step, measure and image; measures without images name none."""
    return _csv(
        MEASURES,
        (
            (*place, row.step, row.measure, row.image or "", row.value)
            for place, trial in _trials(results)
            for row in trial.measures
        ),
    )


def _scores(results: Results) -> Iterator[tuple[Sequence[Any], Sequence[Any]]]:
    models = results.network, results.interpolation
    for place, trial in _trials(results):
        for test, result in trial.tests.items():
            for metric in result.scores.metrics:
                text = protocol(result.protocol.get(metric, {}))
                columns = (result.scores.values(model, metric) for model in models)
                for image, value, base in zip(result.scores.images, *columns, strict=True):
                    yield (*place, test), (image, metric, value, base, difference(value, base), text)


def _trials(results: Results) -> Iterator[tuple[tuple[str, str, int], TrialResult]]:
    for block in results.blocks:
        for arm in block.arms:
            for trial in arm.scored:
                yield (block.name, arm.name, trial.seed), trial


def _csv(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return text.getvalue()
