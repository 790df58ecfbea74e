"""Training that compares SR with HR."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from torch import nn

import srkit
from srkit.engine.fit import fit
from srkit.engine.state import TrainState
from srkit.pair import Pair
from srkit.training import Place, Recipe, Step


@srkit.regime("supervised")
class Supervised:
    """Train the model alone, by the loss between its SR and HR."""

    def __init__(self, model: nn.Module, recipe: Recipe, steps: int, place: Place) -> None:
        self.recipe, self.place = recipe, place
        self.state = TrainState.begin(model, recipe, steps)

    @property
    def step(self) -> int:
        """The number of steps that are done."""
        return self.state.step

    @property
    def evaluated(self) -> nn.Module:
        """The model, or the moving average of its weights where the recipe has one."""
        return self.state.evaluated

    def fit(self, pair: Callable[[int], Pair], *, until: int) -> Iterator[Step]:
        """Train up to step ``until``, yielding what each step did."""
        return fit(self.state, pair, self.recipe, until=until, place=self.place)

    def state_dict(self) -> dict[str, Any]:
        """Return the weights, and the states of optimizer, schedule, average and loss."""
        return self.state.state_dict()

    def load_state_dict(self, state: Mapping[str, Any], where: str) -> None:
        """Restore ``state``."""
        self.state.load_state_dict(state, where)
