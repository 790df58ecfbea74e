"""A discriminator for srkit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from torch import nn

import srkit

WINDOW = 7
"""Side of the window that a score is for, in pixels."""


@srkit.discriminator("starter")
class Starter(nn.Sequential):
    """One score for every window of seven pixels.

    Args:
        features: Channels inside.
    """

    @srkit.limited
    def __init__(self, channels: int, patch: int, *, features: Annotated[int, srkit.Range(1)] = 16) -> None:
        if patch < WINDOW:
            raise ValueError(f"wants a patch of {WINDOW} pixels or more, got {patch}")
        super().__init__(nn.Conv2d(channels, features, 5), nn.LeakyReLU(0.2), nn.Conv2d(features, 1, 3))


@srkit.hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the parts of this package to srkit."""
    return [Starter]
