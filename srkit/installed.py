"""The installed plugins, by their entry points, before any is loaded."""

from __future__ import annotations

import os
from importlib.metadata import EntryPoint, entry_points


def installed() -> list[EntryPoint]:
    """Return the entry points of the installed plugins that ``SRKIT_PLUGINS`` lets in, in a stable order."""
    points = sorted(entry_points(group="srkit"), key=lambda point: (owner_of(point), point.name, point.value))
    wanted = os.environ.get("SRKIT_PLUGINS")
    if wanted is None:
        return points
    names = {name.strip() for name in wanted.split(",")}
    return [point for point in points if {point.name, owner_of(point)} & names]


def owner_of(point: EntryPoint) -> str:
    """Return the name of the package that offers an entry point."""
    return point.dist.name if point.dist else point.value
