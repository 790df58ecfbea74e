"""A regime, a way of training, for srkit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from torch import nn

import srkit
from srkit.engine.fit import fit
from srkit.engine.state import TrainState
from srkit.pair import Pair
from srkit.training import Place, Recipe, Step


@srkit.regime("starter")
class Starter:
    """Train the model alone, on pairs that may be changed before.

    What else is trained goes into ``state_dict``, and through ``place.world.parallel``.
    """

    def __init__(self, model: nn.Module, recipe: Recipe, steps: int, place: Place) -> None:
        self.recipe, self.place = recipe, place
        self.state = TrainState.begin(model, recipe, steps)

    @property
    def step(self) -> int:
        """The number of steps that are done."""
        return self.state.step

    @property
    def evaluated(self) -> nn.Module:
        """The network that is measured and kept."""
        return self.state.evaluated

    def fit(self, pair: Callable[[int], Pair], *, until: int) -> Iterator[Step]:
        """Train up to step ``until``, yielding what each step did."""

        def changed(number: int) -> Pair:
            return pair(number)  # the place for what this regime does to a batch

        return fit(self.state, changed, self.recipe, until=until, place=self.place)

    def state_dict(self) -> dict[str, Any]:
        """Return all that a training goes on from."""
        return self.state.state_dict()

    def load_state_dict(self, state: Mapping[str, Any], where: str) -> None:
        """Go on from ``state``."""
        self.state.load_state_dict(state, where)


@srkit.hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the parts of this package to srkit."""
    return [Starter]
