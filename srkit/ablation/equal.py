"""Arms of equal size: the width of a network at which it has as many parameters as the baseline."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import torch

from srkit.ablation.study import Equal
from srkit.config.check import Choice
from srkit.experiment import Experiment

WIDEST = 4096


def equalised(experiment: Experiment, wanted: int, equal: Equal) -> tuple[int, int]:
    """Return the width at which the model comes nearest to ``wanted`` parameters, and how many it has then.

    Raises:
        ValueError: The model has no such width, or no width comes within the tolerance.
    """
    found: dict[int, int] = {}

    def count(width: int) -> int:
        if width not in found:
            found[width] = _parameters(widened(experiment, equal.width, width))
        return found[width]

    low, high = 1, 2
    while count(high) < wanted and high < WIDEST:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if count(middle) < wanted else (low, middle)
    width = min((low, high), key=lambda one: abs(count(one) - wanted))
    if abs(count(width) - wanted) > equal.tolerance * wanted:
        raise ValueError(
            f"wants {wanted:,} parameters within {equal.tolerance:.0%}; the nearest is {count(width):,} "
            f"at {equal.width}={width}; make the baseline wider, or the tolerance larger"
        )
    return width, count(width)


def widened(experiment: Experiment, path: str, width: int) -> Experiment:
    """Return the experiment with another width of its model.

    Raises:
        ValueError: The path is no whole-number option of the model.
    """
    section, _, option = path.partition(".")
    model = cast("Choice", experiment.model)
    if section != "model" or type(model.options.get(option)) is not int:
        raise ValueError(f"width must be a whole-number option of the model, such as model.features, got {path!r}")
    return replace(experiment, model=replace(model, options={**model.options, option: width}))


def _parameters(experiment: Experiment) -> int:
    with torch.random.fork_rng():
        model = experiment.model(experiment.scale, 1 if experiment.color == "y" else 3)
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
