"""A network as its authors name its tensors, and as srkit builds it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Shapes = Mapping[str, tuple[int, ...]]
"""The shape of every tensor by the name that it has in srkit."""

LEFT_OUT = ""
"""The name of a tensor that the network in srkit does not have, since its values follow from others."""


@dataclass(frozen=True)
class Architecture:
    """A network as its authors name its tensors, and as srkit builds it.

    A ``#`` in a name stands for a number; the authors' numbers are ``first`` larger. ``4:`` before a name says that
    the tensor is for scale 4 alone, in a file with an upsampler for each of several scales.

    Args:
        use: The model part.
        names: The authors' names, without ``.weight`` and ``.bias``, and the names in srkit.
        options: Returns the options of the model part.
        embed: The first convolution.
        copies: How often the first convolution reads every channel of the image.
        first: The authors' first number.
    """

    use: str
    names: Mapping[str, str]
    options: Callable[[Shapes], dict[str, Any]]
    embed: str = "embed"
    copies: int = 1
    first: int = 1

    def name_of(self, official: str) -> str | None:
        """Return the name in srkit of a tensor, maybe ``LEFT_OUT``; None if the network has no such tensor."""
        module, dot, kind = official.rpartition(".")
        for wanted, kept in ((official, ""), (module, dot + kind)):
            for pattern, ours in self.names.items():
                if found := re.fullmatch(_expression(pattern), wanted):
                    for number in found.groups():
                        ours = ours.replace("#", str(int(number) - self.first), 1)
                    return ours and ours + kept
        return None

    def owns(self, names: Mapping[str, Any]) -> bool:
        """Return whether tensors of these official names are of this network, and its first layer is there."""
        ours = [self.name_of(name) for name in names]
        return None not in ours and f"{self.embed}.weight" in ours

    def channels(self, shapes: Shapes) -> int:
        """Return the channels of an image."""
        return shapes[f"{self.embed}.weight"][1] // self.copies

    def scale(self, shapes: Shapes) -> int:
        """Return how many times larger the upsampler makes an image, or all of its steps in a row."""
        scale, features = 1, shapes[f"{self.embed}.weight"][0]
        for name, shape in shapes.items():
            if found := re.fullmatch(r"upsampler(\.steps\.\d+)?\.conv\.weight", name):
                scale *= math.isqrt(shape[0] // (features if found[1] else self.channels(shapes)))
        return scale


def count(shapes: Shapes, pattern: str) -> int:
    """Return how many numbers stand at the ``#`` of the names that begin like ``pattern``."""
    return len({found[1] for name in shapes if (found := re.match(_expression(pattern), name))})


def _expression(pattern: str) -> str:
    return re.escape(pattern).replace(r"\#", r"(\d+)")
