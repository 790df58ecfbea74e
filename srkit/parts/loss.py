"""Losses, which training minimises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from srkit.registry import Kind
from srkit.slots import Slot

if TYPE_CHECKING:
    from torch import Tensor

loss = Kind(
    "loss",
    gives="callable: (prediction, target) to a scalar",
    contract="srkit.testing.loss:loss",
    room="srkit.losses",
)


class LossFn(Protocol):
    """A loss, built.

    One that has tensors is an ``nn.Module`` with buffers: only a module is moved to the training's device.
    """

    def __call__(self, prediction: Tensor, target: Tensor, /) -> Tensor:
        """Return a scalar, of shape (), of two float32 (N,C,H,W); the prediction is not clipped."""
        ...


@runtime_checkable
class Balanced(Protocol):
    """A loss that sets weights of its own before a training's first step.

    They belong to the training's state: such a loss is a module, and its ``state_dict`` holds them.
    """

    def balance(self, prediction: Tensor, target: Tensor) -> None:
        """Set the weights from the first batch: full-size SR and HR, (N,C,H,W)."""
        ...

    @property
    def balanced(self) -> Mapping[str, float]:
        """The weights that were set, by name; empty where there are none to set."""
        ...


@runtime_checkable
class Sum(Protocol):
    """A loss that is a sum of named terms, each of which a training then logs."""

    def terms(self, prediction: Tensor, target: Tensor) -> Mapping[str, Tensor]:
        """Return the terms by name, weighted, as scalars; calling the loss gives their sum."""
        ...


if TYPE_CHECKING:
    Loss: TypeAlias = Slot[LossFn]
else:
    Loss = loss.slot
