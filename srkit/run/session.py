"""The resources of a running training: device, state, stream of crops, validation images, trackers."""

from __future__ import annotations

from functools import cached_property
from types import TracebackType
from typing import Self, cast

import torch
from torch import nn

from srkit.data.cache import Cache
from srkit.data.stream import Stream
from srkit.engine.checkpoint import load_into
from srkit.engine.precision import resolve_device, resolve_precision
from srkit.experiment import Experiment
from srkit.network.enlarger import NetworkEnlarger
from srkit.network.network import Network
from srkit.pair import Pair
from srkit.parts.loss import LossFn
from srkit.parts.regime import RegimeFn
from srkit.parts.tracker import TrackerFn
from srkit.records.log import Record
from srkit.run.build import Built, recipe
from srkit.run.folder import RunFolder
from srkit.run.validation import Validation
from srkit.seeds import seed_of
from srkit.training import Place, Recipe
from srkit.world import ALONE, World, own_device


class Session:
    """Opens everything a training needs, and closes it again.

    Args:
        experiment: The experiment.
        built: Its parts.
        folder: The folder of the run.
        world: The processes that train together; the first alone has trackers.
    """

    def __init__(self, experiment: Experiment, built: Built, folder: RunFolder, world: World = ALONE) -> None:
        options = experiment.train
        self.experiment, self.built, self.world = experiment, built, world
        self.device = own_device(resolve_device(options.device))
        if world.size > 1 and self.device.type == "cuda":
            torch.cuda.set_device(self.device)  # NCCL takes the current device
        self.precision = resolve_precision(options.precision, self.device)
        data = experiment.data
        self.cache = Cache(memory=data.memory, disk=data.disk, folder=data.cache)
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
            augmentations=built.augmentations,
            rows=world.rows(options.batch, options.accumulate),
            workers=options.workers,
            device=self.device,
        )
        self.validation = Validation(experiment, built, self.enlarger, self.cache, self.device, world)
        self.training: RegimeFn
        self.trackers: list[TrackerFn] = []
        if world.first:
            self.trackers = [tracker(folder.path) for tracker in experiment.trackers]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stream.close()
        for tracker in self.trackers:
            tracker.close()

    def start(self, steps: int) -> None:
        """Build the regime for a known number of steps."""
        rank = (self.world.rank,) if self.world.rank else ()  # else all would drop the same features
        torch.manual_seed(seed_of("train", self.experiment.seed, *rank))
        self.training = self.experiment.train.regime(self.model, self.recipe, steps, self.place)

    @cached_property
    def recipe(self) -> Recipe:
        """How the model is trained."""
        return recipe(self.experiment, self.loss)

    @cached_property
    def place(self) -> Place:
        """The device and the precision of the training."""
        return Place(self.device, self.precision, self.experiment.train.compile, self.world)

    def pair(self, step: int) -> Pair:
        """Return this process's crops of ``step``, on the device."""
        return self.stream(step)

    def enlarger(self, module: nn.Module) -> NetworkEnlarger:
        """Return an enlarger of whole images by ``module``, for measurements during training."""
        network = Network.of(module, self.experiment.scale, self.experiment.color)
        return NetworkEnlarger(network, device=self.device, precision=self.precision)

    def track(self, record: Record) -> None:
        """Pass the numbers of a record to every tracker."""
        if record.event in ("train", "validate"):
            numbers = {f"{record.event}/{name}": float(value) for name, value in record.values.items()}
            for tracker in self.trackers:
                tracker.record(record.step, numbers)

    def _placed(self, model: nn.Module, *, fresh: bool) -> nn.Module:
        if fresh and self.built.start is not None:  # a resumed run has its own weights
            load_into(model, self.built.start().module.state_dict(), str(self.experiment.start))
        chosen = self.experiment.train.channels_last
        faster = self.device.type != "cpu" or self.precision == "bf16"  # docs/speed.md has the measurements
        last = faster if chosen is None else chosen
        layout = torch.channels_last if last else torch.contiguous_format
        placed: nn.Module = model.to(device=self.device, memory_format=layout)  # type: ignore[call-overload]
        return placed

    def _loss(self, loss: LossFn) -> LossFn:
        return cast("LossFn", loss.to(self.device)) if isinstance(loss, nn.Module) else loss
