"""What a training holds while it runs: device, state, stream of crops, validation images, trackers."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property, partial
from types import TracebackType
from typing import Self, cast

import torch
from torch import nn

from srkit.data.cache import Cache
from srkit.data.examples import Example, examples
from srkit.data.seeds import seed_of
from srkit.data.stream import Stream
from srkit.engine.checkpoint import load_into, load_weights
from srkit.engine.ema import Ema
from srkit.engine.evaluate import evaluate
from srkit.engine.precision import resolve_device, resolve_precision
from srkit.engine.predict import predict
from srkit.engine.state import TrainState
from srkit.experiment import Experiment
from srkit.records.log import Record
from srkit.run.build import Built
from srkit.run.folder import RunFolder
from srkit.slots import LossFn, MetricFn, Pair, TrackerFn

RGB_BYTES = 3 * 4
"""Of a pixel in float32."""


class Session:
    """Opens everything a training needs, and closes it again."""

    def __init__(self, experiment: Experiment, built: Built, folder: RunFolder) -> None:
        options = experiment.train
        self.experiment, self.built = experiment, built
        self.device = resolve_device(options.device)
        self.precision = resolve_precision(options.precision, self.device)
        self.cache = Cache(memory=experiment.data.memory, folder=experiment.data.cache)
        self.model = self._placed(built.model, fresh=not folder.last.exists())
        self.loss = self._loss(built.loss)
        self.stream = Stream(
            built.train,
            scale=experiment.scale,
            patch=options.patch,
            batch=options.batch,
            seed=experiment.seed,
            color=experiment.color,
            degradation=built.degradation,
            cache=self.cache,
            augment=options.augment,
            workers=options.workers,
            device=self.device,
        )
        self.state: TrainState
        self._kept: list[Example] | None = None
        self.trackers: list[TrackerFn] = [tracker(folder.path) for tracker in experiment.trackers]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stream.close()
        for tracker in self.trackers:
            tracker.close()

    def start(self, steps: int) -> None:
        """Make the training state, once it is known how many steps there will be."""
        options = self.experiment.train
        torch.manual_seed(seed_of("train", self.experiment.seed))  # of dropout and the like
        optimizer = options.optimizer(list(self.model.named_parameters()))
        ema = None if options.ema is None else Ema(self.model, options.ema)
        schedule = options.schedule(optimizer, steps)
        self.state = TrainState(self.model, optimizer, schedule, ema=ema, loss=self.loss)

    def pair(self, step: int) -> Pair:
        """Return the crops of ``step``, on the device."""
        return self.stream(step)

    @property
    def evaluated(self) -> nn.Module:
        """The network that is measured and kept: the moving average where there is one."""
        return self.state.ema.module if self.state.ema else self.model

    def validate(self) -> dict[str, float]:
        """Return the mean of every metric over the validation images, from the network as it is now."""
        return self._means(self.evaluated, self.built.metrics)

    @cached_property
    def baseline_psnr(self) -> float:
        """The mean PSNR of bicubic over the validation images."""
        return self._means(self.built.baseline, {"psnr": self.built.metrics["psnr"]})["psnr"]

    def _means(self, model: nn.Module, metrics: Mapping[str, MetricFn]) -> dict[str, float]:
        found: dict[str, list[float]] = defaultdict(list)
        for score in evaluate(partial(self._upscale, model), self._validation(), metrics):
            found[score.metric].append(score.value)
        return {metric: sum(values) / len(values) for metric, values in found.items()}

    def _validation(self) -> Iterable[Example]:
        """Return the validation images: kept if ``data.memory`` has room, else made anew every time."""
        if self._kept is not None:
            return self._kept
        images, scale = self.built.validate, self.experiment.scale
        made = examples(images, scale=scale, degradation=self.built.degradation, seed=self.experiment.seed)
        pixels = sum(math.prod(images.size(index)) for index in range(len(images)))
        if not self.cache.reserve(math.ceil(RGB_BYTES * pixels * (1 + 1 / scale**2))):
            return made
        self._kept = list(made)
        return self._kept

    def _upscale(self, model: nn.Module, low: torch.Tensor) -> torch.Tensor:
        return predict(
            model,
            low,
            scale=self.experiment.scale,
            color=self.experiment.color,
            device=self.device,
            precision=self.precision,
        )

    def track(self, record: Record) -> None:
        """Pass the numbers of a record to every tracker."""
        if record.event in ("train", "validate"):
            numbers = {f"{record.event}/{name}": float(value) for name, value in record.values.items()}
            for tracker in self.trackers:
                tracker.record(record.step, numbers)

    def _placed(self, model: nn.Module, *, fresh: bool) -> nn.Module:
        if fresh and self.experiment.start is not None:  # a run that goes on has its own weights
            tensors, _ = load_weights(self.experiment.start)
            load_into(model, tensors, str(self.experiment.start))
        chosen = self.experiment.train.channels_last
        faster = self.device.type != "cpu" or self.precision == "bf16"  # docs/speed.md has what was measured
        last = faster if chosen is None else chosen
        layout = torch.channels_last if last else torch.contiguous_format
        placed: nn.Module = model.to(device=self.device, memory_format=layout)  # type: ignore[call-overload]
        return placed

    def _loss(self, loss: LossFn) -> LossFn:
        return cast("LossFn", loss.to(self.device)) if isinstance(loss, nn.Module) else loss
