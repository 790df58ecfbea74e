"""Regimes, which train a network and possibly others beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from srkit.registry import Ability, Kind
from srkit.slots import Slot

if TYPE_CHECKING:
    from torch import nn

    from srkit.pair import Pair
    from srkit.training import Step

BATCHES: Ability[int] = Ability(
    "batches", 1, "how many batches a step takes; they are those from number `step * batches` on"
)

SELECT: Ability[str] = Ability("select", "psnr", "what `train.select: null` stands for: a metric, or `last`")

FAILURE: Ability[str | None] = Ability(
    "failure",
    None,
    "why the training should stop after this step, with numbers and a way out; the host then saves the state",
)

regime = Kind(
    "regime",
    ("model", "recipe", "steps", "place"),
    gives="a training: `fit` is its generator of steps",
    contract="srkit.testing.regime:regime",
    room="srkit.regimes",
    abilities=(BATCHES, SELECT, FAILURE),
)


class RegimeFn(Protocol):
    """A training of one network, and possibly of others beside it.

    It is built once the number of steps is known, and again, with the same model, to measure how long a step
    takes. A checkpoint holds what ``state_dict`` gives; the host keeps torch's random generators.
    """

    @property
    def step(self) -> int:
        """The number of steps that are done."""
        ...

    @property
    def evaluated(self) -> nn.Module:
        """The network that is measured and kept: the model itself, or an average of its weights."""
        ...

    def fit(self, pair: Callable[[int], Pair], /, *, until: int) -> Iterator[Step]:
        """Train up to step ``until``, yielding what each step did.

        ``pair`` gives the rows of a batch, counted from 0, that are this process's; it is called in order, once a
        step, or ``batches`` times. After each yield the state is whole, and the caller may evaluate or leave.

        Raises:
            TrainingError: A loss or a norm is not a finite number; names step, images and learning rates.
        """
        ...

    def state_dict(self) -> dict[str, Any]:
        """Return all that a training goes on from: tensors and plain values."""
        ...

    def load_state_dict(self, state: Mapping[str, Any], where: str, /) -> None:
        """Go on from ``state``; ``where`` names its file in errors.

        Raises:
            CheckpointError: It belongs to another network, optimizer or regime.
        """
        ...


if TYPE_CHECKING:
    Regime: TypeAlias = Slot[RegimeFn]
else:
    Regime = regime.slot
