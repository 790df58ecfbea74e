"""Losses, which training minimises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from srkit.registry import Ability, Kind
from srkit.slots import Slot

if TYPE_CHECKING:
    from torch import Tensor

LEAST: Ability[int] = Ability("least", 1, "the smallest side, in pixels, of images that it can compare")
COMPARES = Ability(
    "compares",
    True,
    "False for a term of a sum that looks at the prediction alone, such as one that prefers smooth images",
)

loss = Kind(
    "loss",
    gives="callable: (prediction, target) to a scalar",
    contract="srkit.testing.loss:loss",
    room="srkit.losses",
    abilities=(LEAST, COMPARES),
)


class LossFn(Protocol):
    """A loss, built.

    One that has tensors is an ``nn.Module`` with buffers: only a module is moved to the training's device.
    """

    def __call__(self, prediction: Tensor, target: Tensor, /) -> Tensor:
        """Return a scalar, of shape (), of two float32 (N,C,H,W); the prediction is not clipped.

        It is a mean over the N images, because a batch may be divided among processes, or computed in pieces.
        """
        ...


@runtime_checkable
class WithLow(LossFn, Protocol):
    """A loss that also compares with the LR that the prediction was made from.

    A training never calls it as it is, but what ``with_low`` returns for the batch.
    """

    def with_low(self, low: Tensor) -> LossFn:
        """Return the loss of a batch whose LR is ``low``, (N,C,h,w) float32 in [0,1].

        It has the abilities, protocols and state of this loss: weights that ``balance`` sets there are set here. A
        sum whose terms do not use LR returns itself.
        """
        ...


def for_batch(loss: LossFn, low: Tensor) -> LossFn:
    """Return the loss of a batch whose LR is ``low``; it is ``loss`` itself if that does not use LR."""
    return loss.with_low(low) if isinstance(loss, WithLow) else loss


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
