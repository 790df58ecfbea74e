"""Collections of images. One file each; list them below. Opening one reads headers only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.datasets.archive import archive
from srkit.datasets.file_list import file_list
from srkit.datasets.folder import folder
from srkit.datasets.mix import Mix
from srkit.datasets.pairs import pairs
from srkit.datasets.patches import Patches
from srkit.datasets.samples import samples
from srkit.datasets.shards import shards
from srkit.datasets.sharpened import Sharpened
from srkit.hookspecs import hookimpl


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in datasets."""
    return [archive, file_list, folder, Mix, pairs, Patches, samples, shards, Sharpened]
