"""Options that make a part small enough for tests."""

from __future__ import annotations

from typing import Any

from srkit.config.limits import ranged
from srkit.config.signature import declared
from srkit.errors import BuildError
from srkit.plugins import Catalog
from srkit.registry import Part

DEPTH = 2
"""Most repetitions: the value of whole numbers that have an upper limit, such as ``depth`` and ``blocks``."""


def small_options(part: Part, catalog: Catalog, *wired: Any, width: int = 8) -> dict[str, Any]:
    """Return options by which ``part`` is built with few layers and few channels.

    Every option that is a positive whole number by its annotation is lowered: to ``DEPTH`` where the annotation
    has an upper limit, as that of depths has, and to ``width`` where it has none. Odd numbers, which are sides of
    kernels, stay. If the part refuses the combination, the widths are doubled until it does not; a part that always
    refuses gets no options.

    Args:
        part: The part.
        catalog: The catalog of the part and of the parts for its slots.
        wired: What its host wires in.
        width: Most channels.
    """
    while options := _lowered(part, width):
        try:
            catalog.build(part.kind.name, part.name, *wired, **options)
        except BuildError:
            width *= 2
        else:
            return options
    return {}


def _lowered(part: Part, width: int) -> dict[str, int]:
    """Return the options whose default is larger than it needs to be, with a smaller value."""
    smaller = {}
    for name, option in declared(part.factory).items():
        number, limits = ranged(option.wanted) or (None, None)
        if number is int and limits is not None and limits.low and not limits.odd and option.default:
            most = width if limits.high is None else DEPTH
            if option.default > most and most in limits:
                smaller[name] = most
    return smaller
