"""The shape of an experiment file. These dataclasses are the schema of the YAML."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

from srkit.config.identity import Role, option
from srkit.config.limits import Range, check_fields
from srkit.errors import OptionError
from srkit.parts import (
    Augmentation,
    Dataset,
    Degradation,
    Loss,
    Metric,
    Model,
    Optimizer,
    Regime,
    Schedule,
    Tracker,
)
from srkit.slots import default

LAST = "last"
"""The value of ``train.select`` for the weights of the last step."""

NO_METRIC = "patience wants a metric in select, by which weights are better or not, got select: last"
"""Why a training that keeps its last weights cannot stop early."""


def _several(*names: str, role: Role = Role.LEARNT) -> Any:
    return field(default_factory=lambda: [default(name) for name in names], metadata={"role": role})


@dataclass(frozen=True, kw_only=True)
class Data:
    """The images for training, for choosing the best weights, and for the final scores.

    Args:
        train: Images to cut training crops from.
        validate: Images that choose the best weights.
        test: Held-out images that the final scores are measured on.
        memory: Decoded images are kept in memory up to this many gigabytes.
        cache: Folder for decoded images beyond ``memory``, memory-mapped; None is the user's cache folder.
        disk: The files in that folder may take this many gigabytes, those of other runs included; images beyond it
            are decoded each time they are used.
    """

    train: Dataset = default("samples", split="train")
    validate: Dataset = default("samples", split="validate")
    test: Dataset = option(default("samples", split="test"), Role.MEASURED)
    memory: Annotated[float, Range(0)] = option(2.0, Role.HARMLESS)
    cache: Path | None = option(None, Role.HARMLESS)
    disk: Annotated[float, Range(0)] = option(50.0, Role.HARMLESS)

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True, kw_only=True)
class Train:
    """The training: budget, crops, optimizer and precision. Give one of steps, epochs and minutes.

    Args:
        steps: Budget in optimizer steps.
        epochs: Budget in epochs; an epoch is ``crops_per_image`` crops of every training image.
        minutes: Budget in minutes; turned into steps once the speed of the machine has been measured.
        batch: Number of crops in a step.
        accumulate: Number of equal pieces that the batch is computed in, one after the other, so that it needs less
            memory; the gradient is the mean over the pieces, as that of the whole batch. A BatchNorm sees one piece
            at a time.
        patch: Side of the square HR crop, in pixels; a multiple of the scale.
        crops_per_image: Number of crops of every image in an epoch.
        augment: Whether crops are flipped and rotated by multiples of 90 degrees.
        augmentations: What is done to pairs of LR and HR after that, in this order.
        regime: How the model is trained, and which networks are trained beside it.
        optimizer: The optimizer.
        schedule: The schedule of the learning rate.
        clip: Largest norm of the gradient; None does not clip.
        ema: Decay of a moving average of the weights, which is then evaluated in their place; None keeps none.
        pyramid: Whether every pyramid level gets its loss, or the last one alone.
        precision: Number format of forward and backward pass; auto is bf16 where the device is fast at it.
        channels_last: Store pixels channel by channel (false) or pixel by pixel (true); null takes the faster one:
            true, except for fp32 on a CPU.
        compile: Whether the model passes through torch.compile.
        device: Device of the training; auto is CUDA, then MPS, then CPU.
        workers: Threads that prepare batches ahead; the result does not depend on it.
        validate_every: Steps between validations; 0 validates at the end only.
        checkpoint_every: Steps between checkpoints; 0 writes one every 10 minutes and one at the end.
        log_every: Steps between log records.
        select: The metric whose best mean over the validation images chooses the weights that are kept; ``last``
            keeps those of the last step; null is what suits the regime: psnr, or last where PSNR falls in training.
        patience: Stop after this many validations without better weights; None never stops early.
        guard: Stop with an error if, from step 100 on, the validation PSNR is more than this many dB below
            bicubic's; None never does.
    """

    steps: Annotated[int, Range(1)] | None = None
    epochs: Annotated[float, Range(above=0)] | None = None
    minutes: Annotated[float, Range(above=0)] | None = None
    batch: Annotated[int, Range(1)] = 16
    accumulate: Annotated[int, Range(1)] = 1
    patch: Annotated[int, Range(1)] = 128
    crops_per_image: Annotated[int, Range(1)] = 100
    augment: bool = True
    augmentations: Sequence[Augmentation] = field(default_factory=list)
    regime: Regime = default("supervised")
    optimizer: Optimizer = default("adam")
    schedule: Schedule = default("cosine")
    clip: Annotated[float, Range(above=0)] | None = None
    ema: Annotated[float, Range(0, below=1)] | None = None
    pyramid: Literal["all", "last"] = "all"
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    channels_last: bool | None = None
    compile: bool = False
    device: str = option("auto", Role.HARMLESS)
    workers: Annotated[int, Range(0)] = option(1, Role.HARMLESS)
    validate_every: Annotated[int, Range(0)] = option(0, Role.MEASURED)
    checkpoint_every: Annotated[int, Range(0)] = option(0, Role.HARMLESS)
    log_every: Annotated[int, Range(1)] = option(1, Role.HARMLESS)
    select: str | None = None
    patience: Annotated[int, Range(1)] | None = option(None, Role.MEASURED)
    guard: Annotated[float, Range(0)] | None = option(None, Role.MEASURED)

    def steps_of(self, images: int) -> int | None:
        """Return the number of steps of a budget in steps or in epochs of ``images`` images; None for minutes."""
        if self.epochs is None:
            return self.steps
        epochs = Fraction(str(self.epochs))  # computed in decimals, as written: the float 1.1 is slightly more
        return math.ceil(epochs * self.crops_per_image * images / self.batch)

    def __post_init__(self) -> None:
        check_fields(self)
        given = [name for name in ("steps", "epochs", "minutes") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"give one of steps, epochs and minutes, got {' and '.join(given) or 'none'}")
        if self.batch % self.accumulate:
            what = f"wants a number that divides the batch of {self.batch} into equal pieces, got {self.accumulate}"
            raise OptionError("accumulate", what)
        if self.patience is not None and self.select == LAST:
            raise OptionError("patience", NO_METRIC)


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """One training run, as its file writes it.

    Args:
        name: Folder of the run under runs/; the name of the config file if not given.
        scale: How many times larger HR is than LR.
        color: y trains and runs on luma alone (chroma is enlarged by bicubic); rgb on all three channels.
        model: The network.
        loss: The loss that training minimises.
        degradation: How LR is made from HR; not used for a dataset with LR of its own.
        data: The images.
        train: The training.
        metrics: The metrics of the validation and test images.
        trackers: What receives the records of the run, in addition to its log.
        start: Weights that training starts from (fine-tuning): any file that a reader knows.
        seed: Seed of crops, degradations and initial weights, from 0 to 2**63 - 1.
        let: Free values for ${let.name} in this file.
    """

    scale: Annotated[int, Range(2, 16)]
    train: Train
    model: Model
    name: str | None = option(None, Role.HARMLESS)
    color: Literal["y", "rgb"] = "y"
    loss: Loss = default("charbonnier")
    degradation: Degradation = default("bicubic")
    data: Data = field(default_factory=Data)
    metrics: Sequence[Metric] = _several("psnr", "ssim")
    trackers: Sequence[Tracker] = _several("tensorboard", role=Role.HARMLESS)
    start: Path | None = None
    seed: Annotated[int, Range(0, 2**63 - 1)] = 0
    let: dict[str, Any] = field(default_factory=dict, metadata={"role": Role.HARMLESS})

    def __post_init__(self) -> None:
        check_fields(self)
        if self.train.patch % self.scale:
            what = f"wants a multiple of the scale {self.scale}, got {self.train.patch}"
            raise OptionError("train.patch", what)
