"""A plugin of srkit: the trials of a study run on a Ray cluster."""

from __future__ import annotations

import srkit
from srkit_ray.launcher import Ray


@srkit.hookimpl
def srkit_parts() -> list[type]:
    """Offer the parts of this package to srkit."""
    return [Ray]
