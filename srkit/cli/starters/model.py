"""A model for srkit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from torch import Tensor, nn

import srkit
from srkit.network.needs import Enlargement, Needs, needs_in_series
from srkit.parts import Upsampler
from srkit.slots import default


@srkit.model("starter")
class Starter(nn.Module):
    """Convolutions with a skip around them, then one upsampler.

    Args:
        upsampler: Enlarges the features to the image.
        depth: Convolutions after the first one.
        features: Channels inside.
    """

    @srkit.limited
    def __init__(
        self,
        scale: int,
        channels: int,
        *,
        upsampler: Upsampler = default("subpixel"),
        depth: Annotated[int, srkit.Range(1, 100)] = 2,
        features: Annotated[int, srkit.Range(1)] = 16,
    ) -> None:
        super().__init__()
        self.scale, self.depth = scale, depth
        self.first = nn.Conv2d(channels, features, 3, padding=1)
        layers = [layer for _ in range(depth) for layer in (nn.Conv2d(features, features, 3, padding=1), nn.ReLU())]
        self.body = nn.Sequential(*layers)
        self.upsampler = upsampler(features, channels, scale)

    def forward(self, low: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,C,sH,sW)."""
        features = self.first(low)
        high: Tensor = self.upsampler(features + self.body(features))
        return high

    @property
    def needs(self) -> Needs:
        """How far the network sees, so that photographs can be enlarged in tiles."""
        return needs_in_series(1 + self.depth, Enlargement(self.upsampler, self.scale))


@srkit.hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the parts of this package to srkit."""
    return [Starter]
