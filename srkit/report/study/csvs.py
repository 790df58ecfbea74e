"""Every score and every measure of a study as CSV, in full precision."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from srkit.report.study.study import Study
from srkit.report.tables import protocol

SCORES = ("block", "arm", "seed", "test", "image", "metric", "srkit", "bicubic", "protocol")
MEASURES = ("block", "arm", "seed", "step", "measure", "image", "value")


def scores_csv(study: Study) -> str:
    """Return a row for each block, arm, seed, test, image and metric; the test of the arm itself has no name."""
    return _csv(SCORES, _scores(study))


def measures_csv(study: Study) -> str:
    """Return a row for each block, arm, seed, step, measure and image; what is measured of no image names none."""
    return _csv(MEASURES, _measures(study))


def _scores(study: Study) -> Iterator[Sequence[Any]]:
    for place, trial in _trials(study):
        for test, one in trial.tests.items():
            for metric in one.scores.metrics:
                text = protocol(one.protocol.get(metric, {}))
                columns = (one.scores.values(model, metric) for model in ("srkit", "bicubic"))
                for image, *pair in zip(one.scores.images, *columns, strict=True):
                    yield *place, test, image, metric, *pair, text


def _measures(study: Study) -> Iterator[Sequence[Any]]:
    for place, trial in _trials(study):
        for row in trial.measures:
            yield *place, row.step, row.measure, row.image or "", row.value


def _trials(study: Study) -> Iterator[tuple[tuple[str, str, int], Any]]:
    for block in study.blocks:
        for arm in block.arms:
            for trial in arm.scored:
                yield (block.name, arm.name, trial.seed), trial


def _csv(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return text.getvalue()
