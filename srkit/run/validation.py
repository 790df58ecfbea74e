"""Measuring the validation images while a network is trained."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import nn

from srkit.data.cache import Cache
from srkit.data.examples import Example, examples
from srkit.evaluation.evaluate import evaluate
from srkit.experiment import Experiment
from srkit.image.array import UInt8Image
from srkit.network.enlarger import Enlarger, enlarged
from srkit.parts.dataset import ImageSet
from srkit.parts.metric import MetricFn
from srkit.run.build import Built
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
        self.images = _Every(built.validate, world.rank, world.size)
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
        scores = evaluate(enlarged(self.enlarger(module), self._examples()), metrics, self.device)
        own = {(score.image, score.metric): score.value for score in scores}
        values = {key: value for part in self.world.gather(own) for key, value in part.items()}
        names = self.built.validate.names  # the order of sums does not depend on the number of processes
        return {metric: sum(values[name, metric] for name in names) / len(names) for metric in metrics}

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


@dataclass(frozen=True)
class _Every:
    """Every ``size``-th image of a set, from number ``rank`` on."""

    images: ImageSet
    rank: int
    count: int

    @property
    def scale(self) -> int | None:
        return self.images.scale

    @property
    def names(self) -> list[str]:
        return list(self.images.names)[self.rank :: self.count]

    def __len__(self) -> int:
        return len(self.names)

    def high(self, index: int, /) -> UInt8Image:
        return self.images.high(self._place(index))

    def low(self, index: int, /) -> UInt8Image:
        return self.images.low(self._place(index))

    def size(self, index: int, /) -> tuple[int, int]:
        return self.images.size(self._place(index))

    def key(self, index: int, /) -> str:
        return self.images.key(self._place(index))

    def _place(self, index: int) -> int:
        return self.rank + index * self.count
