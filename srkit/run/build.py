"""From a checked experiment to the objects it names. No image is decoded and no device touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from torch import nn
from torch.optim import Optimizer

from srkit.config.check import Choice
from srkit.config.show import fill
from srkit.data.originals import originals
from srkit.data.sizes import check_examples, check_measurable, check_names, crop_sizes
from srkit.degrading.order import named
from srkit.engine.checkpoint import load_into
from srkit.engine.generators import seeded
from srkit.engine.precision import named_device
from srkit.errors import UNPLACED, ConfigError, DataError, ImageError, Problem, TrainingError
from srkit.experiment import LAST, NO_METRIC, Experiment
from srkit.network.color import Color
from srkit.network.network import Network
from srkit.parts import Dataset, Metric
from srkit.parts.augmentation import AugmentationFn
from srkit.parts.dataset import ImageSet
from srkit.parts.degradation import DegradationFn
from srkit.parts.loss import COMPARES, LEAST, LossFn
from srkit.parts.metric import MetricFn
from srkit.parts.regime import RegimeFn
from srkit.plugins import Catalog
from srkit.run.selection import Selection, selection
from srkit.training import ON_CPU, Recipe
from srkit.weights.load import read

MANY = 1_000_000
"""Number of steps for trying out a schedule when the budget is in minutes."""


@dataclass(frozen=True)
class Built:
    """The parts of one experiment, built."""

    model: nn.Module
    baseline: nn.Module
    loss: LossFn
    degradation: DegradationFn
    augmentations: Sequence[tuple[str, AugmentationFn]]
    metrics: Mapping[str, MetricFn]
    select: Selection
    train: ImageSet
    validate: ImageSet
    test: ImageSet
    start: Callable[[], Network] | None = None
    """Reads the weights that training starts from; None starts from new ones."""

    @property
    def parameters(self) -> int:
        """The number of learnable values in the model."""
        return sum(parameter.numel() for parameter in self.model.parameters() if parameter.requires_grad)


def build(experiment: Experiment, catalog: Catalog, opened: Built | None = None) -> Built:
    """Build every part, those that find errors fastest first.

    Random numbers of building, such as initial weights, depend on the experiment's seed alone;
    the state of torch's own generator is restored.

    Args:
        experiment: The experiment.
        catalog: The parts there are.
        opened: The same experiment, built a moment ago; its image sets are taken over.

    Raises:
        ConfigError: A metric is named twice, ``train.select`` names none, there is no device of this name, or the
            loss cannot train a network on crops of this size.
        BuildError: A part refuses its options, optimizer and schedule included.
        DataError: A collection of images is missing, empty or does not fit.
    """
    scale, channels = experiment.scale, Color(experiment.color).channels
    with seeded(experiment.seed):
        model = experiment.model(scale, channels)
    with seeded(experiment.seed):
        loss = experiment.loss()
    with seeded(experiment.seed):
        degradation = experiment.degradation(scale)
    with seeded(experiment.seed):
        augmentations = named(experiment.train.augmentations, scale)
    with seeded(experiment.seed):
        metrics = _named(experiment.metrics, scale, catalog)
    _refuse_unfit(experiment, loss)
    train = opened.train if opened else _opened(experiment.data.train)
    regime = _try_training(experiment, model, loss, len(train))
    try:
        select = selection(experiment.train.select, regime, metrics)
    except ValueError as error:
        raise ConfigError([Problem(UNPLACED, "train.select", str(error))]) from None
    if select.metric == LAST and experiment.train.patience is not None:
        raise ConfigError([Problem(UNPLACED, "train.patience", NO_METRIC)])
    return Built(
        model=model,
        baseline=catalog.build("model", "bicubic", scale, channels),
        loss=loss,
        degradation=degradation,
        augmentations=augmentations,
        metrics=metrics,
        select=select,
        train=train,
        validate=opened.validate if opened else _opened(experiment.data.validate),
        test=opened.test if opened else _opened(experiment.data.test),
        start=_start(experiment, catalog),
    )


def _opened(dataset: Dataset) -> ImageSet:
    """Open a collection of images.

    Raises:
        DataError: It is missing, empty or does not fit; the message ends in the places of its paths, or, if it has
            none, of all its options.
    """
    try:
        images: ImageSet = dataset()
    except (DataError, ImageError) as error:
        where = dataset.where if isinstance(dataset, Choice) else {}
        options = {name: place for name, place in where.items() if not name.endswith(".use")} or where
        paths = [name for name in options if isinstance(dataset.options.get(name.rpartition(".")[2]), Path)]
        places = "".join(f"\n    {options[name]}: {name}" for name in paths or options)
        raise DataError(f"{error}{places}") from None
    return images


def _refuse_unfit(experiment: Experiment, loss: LossFn) -> None:
    """Refuse a loss that looks at SR alone, and crops that are too small for the loss."""
    patch, least = experiment.train.patch, LEAST.of(loss)
    if not COMPARES.of(loss):
        message = (
            "wants a loss that compares SR with HR or LR, got one that looks at SR alone; make it a term of "
            "weighted, beside a pixel loss"
        )
        raise ConfigError([Problem(UNPLACED, "loss", message)])
    if patch < least:
        message = (
            f"wants crops of at least {least} pixels for this loss, got {patch}; take larger crops, or lower the "
            "loss's levels if it has them"
        )
        raise ConfigError([Problem(UNPLACED, "train.patch", message)])


def _start(experiment: Experiment, catalog: Catalog) -> Callable[[], Network] | None:
    """Return a function that reads the start weights; a file that names no model is read as the experiment's."""
    if experiment.start is None:
        return None
    hints: dict[str, Any] = {"scale": experiment.scale, "color": experiment.color, "model": fill(experiment.model)}
    return partial(read, experiment.start, catalog, **hints)


def recipe(experiment: Experiment, loss: LossFn) -> Recipe:
    """Return how the experiment's model is trained, as any regime takes it."""
    options = experiment.train
    return Recipe(
        loss,
        options.optimizer,
        options.schedule,
        options.clip,
        options.ema,
        options.pyramid,
        options.accumulate,
        crop=(Color(experiment.color).channels, options.patch, options.patch),
    )


def _try_training(experiment: Experiment, model: nn.Module, loss: LossFn, images: int) -> RegimeFn:
    """Build the regime, so that it, its optimizers and schedules refuse options before a run folder exists."""
    options = experiment.train
    try:
        named_device(options.device)
    except TrainingError as error:
        raise ConfigError([Problem(UNPLACED, "train.device", str(error).removeprefix("device: "))]) from None
    with _without_compiler(), seeded(experiment.seed):
        return options.regime(model, recipe(experiment, loss), options.steps_of(images) or MANY, ON_CPU)


@contextmanager
def _without_compiler() -> Iterator[None]:
    """Keep torch's first optimizer from importing the compiler, which saves `srkit check` 1.2 s."""
    guarded = Optimizer.add_param_group
    Optimizer.add_param_group = getattr(guarded, "__wrapped__", guarded)  # type: ignore[method-assign]
    try:
        yield
    finally:
        Optimizer.add_param_group = guarded  # type: ignore[method-assign]


def _named(metrics: Sequence[Metric], scale: int, catalog: Catalog) -> dict[str, MetricFn]:
    """Build the metrics by name. PSNR is always among them: ``train.guard`` compares it with bicubic's."""
    names = [choice.name for choice in metrics]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError([Problem(UNPLACED, "metrics", f"wants every metric once, got {twice[0]!r} twice")])
    built = {choice.name: choice(scale) for choice in metrics}
    if "psnr" not in built:
        built["psnr"] = catalog.build("metric", "psnr", scale)
    return built


def check_files(built: Built, experiment: Experiment) -> None:
    """Check the inputs of a new run: images, by their headers, and the weights to start from.

    Raises:
        CheckpointError: The weights are missing, damaged, or belong to another model.
        DataError: An image is smaller than a crop or than a metric wants, LR has another scale, or an
            image is used for training and also for testing or validation.
    """
    if built.start is not None:
        load_into(built.model, built.start().module.state_dict(), str(experiment.start))
    scale = experiment.scale
    for use in ("train", "validate", "test"):
        check_names(getattr(built, use), f"data.{use}")
    crop_sizes(built.train, scale, experiment.train.patch)
    train = set(originals(built.train))
    for use in ("validate", "test"):
        images: ImageSet = getattr(built, use)
        check_examples(images, scale)
        check_measurable(images, scale, built.metrics, f"data.{use}")
        shared = [name for name, one in zip(images.names, originals(images), strict=True) if one in train]
        if shared:
            raise DataError(
                f"data.{use}: wants images that are not trained on, found {shared[0]!r}"
                f"{f' and {len(shared) - 1} more' if len(shared) > 1 else ''} in data.train too; "
                f"give both the same path with split: train and split: {use}"
            )
