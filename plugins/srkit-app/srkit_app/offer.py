"""The weights that the page offers, each with a plain sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from srkit.cli.model_option import read_model
from srkit.weights import zoo
from srkit_app.order import AUTOMATIC


@dataclass(frozen=True)
class Offered:
    """Weights that can be chosen.

    Args:
        label: Their name on the page.
        sentence: What they are good for.
        what: What ``srkit.weights.load.load_for`` takes; None is srkit's own choice.
        scale: How many times larger they make a photograph; None if that is open.
    """

    label: str
    sentence: str
    what: str | Mapping[str, Any] | None
    scale: int | None = None


def offered(models: Iterable[str] = ()) -> dict[str, Offered]:
    """Return the weights by name: srkit's choice, those that come with srkit, bicubic, and those of the user.

    Args:
        models: What the user named on the command line, as for ``srkit upscale --model``. The page can name
            nothing else, so no other file of the computer is opened.

    Raises:
        SrkitError: A model begins like a mapping, but is none.
    """
    shipped = sorted(zoo.shipped(), key=lambda one: (one.scale, one.name))
    steps = ", ".join(f"{one.name} up to x{one.scale}" for one in shipped if one.name.startswith(zoo.FAMILY))
    found = {
        AUTOMATIC: Offered(
            "chosen by srkit for the size",
            f"srkit takes the smallest network that is large enough: {steps}, and several one after the other "
            "beyond that. These networks have learnt blur of many widths.",
            None,
        )
    }
    for one in shipped:
        found[one.name] = Offered(
            f"{one.name}, x{one.scale}",
            f"It enlarges {one.scale} times, and shrinks its result where you wish for less.",
            one.name,
            one.scale,
        )
    found["bicubic"] = Offered(
        "bicubic, no network",
        "Plain interpolation, to compare with: it adds no detail and no faults.",
        "bicubic",
    )
    for model in models:
        found[model] = Offered(model, "You named these weights when you started srkit-app.", read_model(model))
    return found
