"""What a person chose on the page: the weights, the size and the file of an enlargement."""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from srkit.errors import SrkitError
from srkit.photographs.enlargement import Enlargement
from srkit.photographs.sizes import LongSide, Megapixels, Sides, Size, Times

AUTOMATIC = "automatic"
FORMATS = ("png", "jpg", "webp", "tif", "bmp", "avif")
MOST = 2**20
"""Most pixels of a side that may be asked for."""


class OrderError(SrkitError):
    """A choice is none that the page offers."""


@dataclass(frozen=True)
class Order:
    """How a photograph is to be enlarged.

    Args:
        weights: A name among the offered weights; ``AUTOMATIC`` is what srkit chooses for the size.
        size: The size of the result.
        suffix: The suffix of the result, such as ``.png``; None is that of the photograph.
        quality: Quality of JPEG, WebP and AVIF, 1 to 100; None is srkit's own choice.
        strength: Share of the network in the result, 0 to 1.
    """

    weights: str
    size: Size
    suffix: str | None = None
    quality: int | None = None
    strength: float = 1.0

    def enlargement(self, max_pixels: int) -> Enlargement:
        """Return the options for srkit, with the most pixels that a photograph may have."""
        return Enlargement(self.size, self.quality, max_pixels)

    def command(self, name: str) -> str:
        """Return the command line that does the same with the photograph ``name``."""
        words = ["srkit", "upscale", f"./{name}" if name.startswith("-") else name, *_options(self.size)]
        if self.weights != AUTOMATIC:
            words += ["--model", self.weights]
        if self.suffix is not None:
            words += ["--format", self.suffix[1:]]
        if self.quality is not None:
            words += ["--quality", str(self.quality)]
        if self.strength != 1:
            words += ["--strength", f"{self.strength:g}"]
        return shlex.join(words)


def read_order(choices: object, weights: Sequence[str]) -> Order:
    """Return the order that the page sent.

    Args:
        choices: Decoded JSON: a mapping with ``weights``, ``size`` (scale, sides, long_side or megapixels), the
            numbers of this size, ``format``, ``quality`` and ``strength``.
        weights: The names of the offered weights.

    Raises:
        OrderError: A choice is missing or none of those offered.
    """
    if not isinstance(choices, Mapping):
        raise OrderError(f"order: wants a mapping of choices, found {type(choices).__name__}")
    form = Form(choices)
    found = Order(
        weights=form.one_of("weights", weights) or AUTOMATIC,
        size=_size(form),
        suffix=None if (chosen := form.one_of("format", FORMATS)) is None else f".{chosen}",
        quality=form.whole("quality", 100),
        strength=1.0 if (share := form.number("strength", 0, 1)) is None else share,
    )
    if unknown := sorted(set(choices) - form.asked):
        raise OrderError(f"{unknown[0]}: is no choice of this page; there are: {', '.join(sorted(form.asked))}")
    return found


@dataclass
class Form:
    """Choices by name, each of which is checked as it is asked for.

    Args:
        choices: What the page sent.
        asked: The names that were asked for.
    """

    choices: Mapping[str, Any]
    asked: set[str] = field(default_factory=set)

    def one_of(self, name: str, offered: Sequence[str]) -> str | None:
        """Return a choice among those offered; None if it is left open."""
        value = self._value(name)
        if value is None:
            return None
        if not isinstance(value, str) or value not in offered:
            raise OrderError(f"{name}: wants one of {', '.join(offered)}, found {value!r}")
        return value

    def number(self, name: str, least: float, most: float) -> float | None:
        """Return a number from ``least`` to ``most``; None if it is left open."""
        value = self._value(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            label = name.replace("_", " ")
            raise OrderError(f"{label}: wants a number from {least:g} to {most:,}, found {value!r}")
        return float(value)

    def whole(self, name: str, most: int) -> int | None:
        """Return a whole number from 1 to ``most``; None if it is left open."""
        value = self.number(name, 1, most)
        if value is not None and not value.is_integer():
            raise OrderError(f"{name.replace('_', ' ')}: wants a whole number, found {value:g}")
        return None if value is None else int(value)

    def _value(self, name: str) -> Any:
        self.asked.add(name)
        value = self.choices.get(name)
        return None if value == "" else value


def _size(form: Form) -> Size:
    """Return the size, from the numbers that belong to its kind."""
    kind = form.one_of("size", ("scale", "sides", "long_side", "megapixels")) or "scale"
    scale, at_most = form.number("scale", 1, MOST), form.whole("at_most", MOST)
    width, height, long_side = (form.whole(name, MOST) for name in ("width", "height", "long_side"))
    megapixels = form.number("megapixels", 0, MOST)
    if kind == "scale" and scale is not None and scale > 1:
        return Times(scale, at_most)
    if kind == "sides" and (width is not None or height is not None):
        return Sides(width, height)
    if kind == "long_side" and long_side is not None:
        return LongSide(long_side)
    if kind == "megapixels" and megapixels is not None and megapixels > 0:
        return Megapixels(megapixels)
    wanted = {
        "scale": "how many times larger, more than 1, such as 2",
        "sides": "a width, a height or both, in pixels",
        "long_side": "the pixels of the longer side",
        "megapixels": "how many millions of pixels, more than 0, such as 24",
    }
    raise OrderError(f"size: wants {wanted[kind]}")


def _options(size: Size) -> list[str]:
    """Return the options of ``srkit upscale`` for a size."""
    match size:
        case Times(scale, at_most):
            given = {"--scale": scale, "--at-most": at_most}
        case Sides(width, height):
            given = {"--width": width, "--height": height}
        case LongSide(pixels):
            given = {"--long-side": pixels}
        case Megapixels(millions):
            given = {"--megapixels": millions}
    return [word for name, value in given.items() if value is not None for word in (name, _plain(value))]


def _plain(value: float) -> str:
    """Return a number as it is typed; ``repr`` loses nothing of it."""
    return str(int(value)) if math.isfinite(value) and float(value).is_integer() else repr(value)
