"""Collections of images. One file each; list them below. Opening one reads headers only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.datasets.folder import folder
from srkit.datasets.pairs import pairs
from srkit.datasets.patches import Patches
from srkit.datasets.samples import samples
from srkit.datasets.sharpened import Sharpened
from srkit.hookspecs import hookimpl


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in datasets."""
    return [folder, pairs, Patches, samples, Sharpened]
