"""The checkerboard of a network while it learns: rows of ``measures.jsonl``."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from srkit.data.examples import Example, examples
from srkit.evaluation.checkerboard import flat_response, image_checkerboards, layer_ripples
from srkit.experiment import Experiment
from srkit.network.enlarger import NetworkEnlarger, enlarged
from srkit.network.network import Network
from srkit.records.log import Record
from srkit.records.trial import MeasureRow
from srkit.run.build import Built

BY_IMAGE = {"M2": ("peaks",), "M3": ("bias", "variance"), "M4": ("gradient",)}
"""The measures of single images, and the attributes of ``ImageCheckerboard`` that hold them."""


class CheckerboardLog:
    """Measures a network at the start of its training, every so many steps, and at the end.

    Measuring does not change the training: the network's mode and torch's random numbers are restored. At the
    start and along the way the network in training is measured, at the end the one that is kept. M2 to M4 are taken
    on the validation images.

    Args:
        experiment: The experiment that is trained.
        built: Its parts; the network among them is measured in fp32, on its own device.
        path: The file of rows: step, measure, image (None for a measure without images), value.
        what: The measures to take: M1, M2, M3, M4.
        every: Steps between measurements; 0 for none between start and end.
    """

    def __init__(self, experiment: Experiment, built: Built, path: Path, what: Sequence[str], every: int) -> None:
        self.experiment, self.built, self.path = experiment, built, path
        self.what, self.every = what, every
        self.network = Network.of(built.model, experiment.scale, experiment.color)
        self._images: list[Example] | None = None
        self.rows = list(MeasureRow.read_all(path)) if path.exists() else []

    def follow(self, record: Record) -> None:
        """Measure if it is time to, by the training's ``record``."""
        if record.event == "plan":  # training starts or resumes here: rows of later steps will be measured again
            self.rows = [row for row in self.rows if row.step <= record.step]
            if record.step == 0:
                self._measure(0)
        elif record.event == "train" and self.every and record.step % self.every == 0:
            self._measure(record.step)

    def finish(self, step: int) -> None:
        """Measure the network that is kept; its rows replace those of the last step."""
        self._measure(step)

    def _measure(self, step: int) -> None:
        self.rows = [row for row in self.rows if row.step != step]
        training = self.built.model.training
        for name, image, value in self._values():
            if value is not None and math.isfinite(value):
                self.rows.append(MeasureRow(step, name, value, image))
        self.built.model.train(training)
        MeasureRow.write_all(self.path, self.rows)

    def _values(self) -> Iterator[tuple[str, str | None, float | None]]:
        if "M1" in self.what:
            yield "M1", None, max(field.ripple for field in flat_response(self.network))
            yield "M1_layers", None, max((ripple for _, ripple in layer_ripples(self.network)), default=None)
        if not set(BY_IMAGE) & set(self.what):
            return
        loss = self.built.loss if "M4" in self.what else None
        place = next(self.built.model.parameters()).device
        results = enlarged(NetworkEnlarger(self.network, device=place), self._validation())
        for grid in image_checkerboards(results, self.network.scale, loss, device=place):
            for name in BY_IMAGE:
                for attribute in BY_IMAGE[name] if name in self.what else ():
                    label = name if len(BY_IMAGE[name]) == 1 else f"{name}_{attribute}"
                    yield label, grid.name, getattr(grid, attribute)

    def _validation(self) -> list[Example]:
        if self._images is None:
            experiment, built = self.experiment, self.built
            made = examples(
                built.validate, scale=experiment.scale, degradation=built.degradation, seed=experiment.seed
            )
            self._images = list(made)
        return self._images
