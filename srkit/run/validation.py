"""Measuring the validation images while a network is trained."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

import torch
from torch import nn

from srkit.data.cache import Cache
from srkit.data.examples import Example, examples
from srkit.evaluation.evaluate import evaluate
from srkit.experiment import Experiment
from srkit.network.enlarger import Enlarger, enlarged
from srkit.parts.metric import MetricFn
from srkit.run.build import Built
from srkit.run.share import Share
from srkit.world import World

RGB_BYTES = 3 * 4
"""Bytes of one RGB pixel in float32."""


class Validation:
    """The validation images, and the means of the metrics over them.

    The processes that train together share the images out among them; each gets the means over all.

    Args:
        experiment: The experiment, with scale, colour and seed.
        built: Its parts.
        enlarger: Returns an enlarger of whole images by a module.
        cache: Gives memory for decoded images, if there is room.
        device: The device of metrics that are networks.
        world: The processes that train together.
    """

    def __init__(
        self,
        experiment: Experiment,
        built: Built,
        enlarger: Callable[[nn.Module], Enlarger],
        cache: Cache,
        device: torch.device,
        world: World,
    ) -> None:
        self.experiment, self.built, self.enlarger = experiment, built, enlarger
        self.cache, self.device, self.world = cache, device, world
        self.images = Share(built.validate, world.rank, world.size)
        self._kept: list[Example] | None = None
        self._bicubic_psnr: float | None = None

    def means(self, module: nn.Module) -> dict[str, float]:
        """Return the mean of every metric over the validation images."""
        return self._means(module, self.built.metrics)

    def bicubic_psnr(self) -> float:
        """Return the mean PSNR of bicubic over the validation images, in dB; it is measured once."""
        if self._bicubic_psnr is None:
            self._bicubic_psnr = self._means(self.built.baseline, {"psnr": self.built.metrics["psnr"]})["psnr"]
        return self._bicubic_psnr

    def _means(self, module: nn.Module, metrics: Mapping[str, MetricFn]) -> dict[str, float]:
        own = self.world.together(lambda: self._own(module, metrics))
        values = {key: value for part in own for key, value in part.items()}
        names = self.built.validate.names  # the order of sums does not depend on the number of processes
        return {metric: sum(values[name, metric] for name in names) / len(names) for metric in metrics}

    def _own(self, module: nn.Module, metrics: Mapping[str, MetricFn]) -> dict[tuple[str, str], float]:
        """Return the value of every metric for every image of this process, by both names."""
        scores = evaluate(enlarged(self.enlarger(module), self._examples()), metrics, self.device)
        return {(score.image, score.metric): score.value for score in scores}

    def _examples(self) -> Iterable[Example]:
        """Return this process's images, kept in memory if ``data.memory`` has room, otherwise made anew."""
        if self._kept is not None:
            return self._kept
        images, scale = self.images, self.experiment.scale
        made = examples(images, scale=scale, degradation=self.built.degradation, seed=self.experiment.seed)
        pixels = sum(math.prod(images.size(index)) for index in range(len(images)))
        if not self.cache.reserve(math.ceil(RGB_BYTES * pixels * (1 + 1 / scale**2))):
            return made
        self._kept = list(made)
        return self._kept
