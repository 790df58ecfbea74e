"""Augmentations of the pairs of a training batch. One file each; list them below.

They get LR and HR as the network will see them, Y or RGB, after the crops have been turned and degraded.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.augmentations.cutblur import CutBlur
from srkit.augmentations.mixup import Mixup
from srkit.hookspecs import hookimpl


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in augmentations."""
    return [CutBlur, Mixup]
