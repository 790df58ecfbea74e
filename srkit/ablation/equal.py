"""Arms of equal size: the width of a network at which it has as many parameters as the baseline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import torch

from srkit.ablation.study import Equal
from srkit.errors import BuildError
from srkit.experiment import Experiment
from srkit.network.color import Color

WIDEST = 4096


def equalised(experiment: Experiment, wanted: int, equal: Equal) -> tuple[int, int]:
    """Return the width at which the model is nearest to ``wanted`` parameters, and its number of parameters there.

    Raises:
        ValueError: The model has no such option, refuses every width, or has no width within the tolerance.
    """
    widths = _Widths(experiment, equal.width)
    low, high = 0, WIDEST + 1
    first = 1
    while first <= WIDEST:  # double the width until there are enough parameters
        found = widths.accepted(range(first, min(2 * first, WIDEST + 1)))
        if found is not None and widths.count(found) >= wanted:
            high = found
            break
        low, first = found or low, 2 * first
    while (found := widths.between(low, high)) is not None:
        low, high = (found, high) if widths.count(found) < wanted else (low, found)
    ends = [width for width in (low, high) if 1 <= width <= WIDEST]
    if not ends:
        raise ValueError(f"its model refuses every {equal.width} up to {WIDEST}: {widths.refused}")
    width = min(ends, key=lambda one: abs(widths.count(one) - wanted))
    if abs(widths.count(width) - wanted) > equal.tolerance * wanted:
        raise ValueError(
            f"wants {wanted:,} parameters within {equal.tolerance:.0%}; the nearest is {widths.count(width):,} "
            f"at {equal.width}={width}; make the baseline wider, or the tolerance larger"
        )
    return width, widths.count(width)


class _Widths:
    """The widths that a model accepts, and its number of parameters at each of them."""

    def __init__(self, experiment: Experiment, path: str) -> None:
        self.experiment, self.path = experiment, path
        self.refused = ""
        self._counted: dict[int, int | None] = {}

    def accepted(self, widths: Iterable[int]) -> int | None:
        """Return the first of ``widths`` that the model accepts: it may accept only multiples of some number."""
        return next((width for width in widths if self._count(width) is not None), None)

    def between(self, low: int, high: int) -> int | None:
        """Return an accepted width between two others, near their middle; None if there is none."""
        middle = (low + high) // 2
        return self.accepted([*range(max(middle, low + 1), high), *range(middle - 1, low, -1)])

    def count(self, width: int) -> int:
        """Return the number of parameters at a width that the model accepts."""
        found = self._count(width)
        assert found is not None
        return found

    def _count(self, width: int) -> int | None:
        if width not in self._counted:
            try:
                self._counted[width] = _parameters(widened(self.experiment, self.path, width))
            except BuildError as error:
                self._counted[width], self.refused = None, str(error).partition("\n")[0]
        return self._counted[width]


def widened(experiment: Experiment, path: str, width: int) -> Experiment:
    """Return the experiment with another width of its model.

    Raises:
        ValueError: The path does not name a whole-number option of the model.
    """
    section, _, option = path.partition(".")
    model = experiment.model
    if section != "model" or type(model.options.get(option)) is not int:
        raise ValueError(f"width must be a whole-number option of the model, such as model.features, got {path!r}")
    return replace(experiment, model=model.with_options(**{option: width}))


def _parameters(experiment: Experiment) -> int:
    with torch.random.fork_rng():
        model = experiment.model(experiment.scale, Color(experiment.color).channels)
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
