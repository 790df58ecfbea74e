"""A metric for srkit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor

import srkit


@srkit.metric("starter")
class Starter:
    """The mean absolute difference, in grey levels."""

    protocol = {"color": "as it is", "unit": "grey levels"}  # noqa: RUF012 - never changed
    higher_is_better = False

    def __init__(self, scale: int) -> None:
        self.scale = scale

    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return one value per image, (N,), of two (N,C,H,W) in [0,1]."""
        return 255 * (prediction - target).abs().mean((1, 2, 3))


@srkit.hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the parts of this package to srkit."""
    return [Starter]
