"""The input of a regime, and its records of steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

from srkit.world import ALONE, World


@dataclass(frozen=True)
class Step:
    """The record of one step. Its tensors are detached scalars: reading one as a number waits for the device.

    The names are those of the log, of trackers and of the report's curves. A regime adds its own with a dot:
    ``loss.adversarial``, ``lr.discriminator``.

    Attributes:
        step: The number of the step, counted from 1.
        losses: Losses by name. ``loss`` is what is minimised for the network that is kept; its terms follow.
        rates: Learning rates by name. ``lr`` is that of the network that is kept.
        norms: Norms of whole gradients by name, before they are clipped. ``grad_norm`` is that of the network
            that is kept.
        names: The images that the crops of the step were cut from.
    """

    step: int
    losses: Mapping[str, Tensor]
    rates: Mapping[str, float]
    norms: Mapping[str, Tensor]
    names: tuple[str, ...]

    @property
    def numbers(self) -> dict[str, float]:
        """All losses, rates and norms, as plain numbers by name."""
        losses = {name: value.item() for name, value in self.losses.items()}
        norms = {name: value.item() for name, value in self.norms.items()}
        return losses | dict(self.rates) | norms


@dataclass(frozen=True)
class Recipe:
    """The training of the network that is kept; a regime may train others beside it.

    Attributes:
        loss: The loss that is minimised, or the part of it that compares SR with HR.
        optimizer: From named parameters to a torch optimizer.
        schedule: From an optimizer and the number of steps to a torch schedule of its learning rate.
        clip: Largest norm of the gradient; None does not clip.
        ema: Decay of the moving average of the weights, in [0, 1), which is then evaluated; None keeps none.
        pyramid: Whether every level of a pyramid has a loss, or the full size alone.
        accumulate: Number of equal pieces that each batch is computed in, one after the other, to save memory.
        crop: The shape (C,H,W) of an HR crop, for regimes that train another network on crops; None if unknown.
    """

    loss: Callable[[Tensor, Tensor], Tensor]
    optimizer: Callable[[Iterable[Any]], Optimizer]
    schedule: Callable[[Optimizer, int], LRScheduler]
    clip: float | None = None
    ema: float | None = None
    pyramid: Literal["all", "last"] = "all"
    accumulate: int = 1
    crop: tuple[int, int, int] | None = None


@dataclass(frozen=True)
class Place:
    """The device, precision and processes of a training.

    Attributes:
        device: The device of the batches, of the model and of the loss.
        precision: Number format of forward and backward passes.
        compile: Whether networks pass through torch.compile.
        world: The processes that train together.
    """

    device: torch.device
    precision: Literal["fp32", "bf16"] = "fp32"
    compile: bool = False
    world: World = ALONE


ON_CPU = Place(torch.device("cpu"))
"""One process that computes on the CPU, in fp32."""
