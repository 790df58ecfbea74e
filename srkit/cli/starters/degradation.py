"""A degradation for srkit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from torch import Tensor
from torch.nn import functional as F

import srkit
from srkit.draws import Draws


@srkit.degradation("starter")
class Starter:
    """The mean of every block of pixels, plus noise.

    Args:
        noise: Standard deviation of the noise, in grey levels.
    """

    @srkit.limited
    def __init__(self, scale: int, *, noise: Annotated[float, srkit.Range(0, 255)] = 2.0) -> None:
        self.scale, self.noise = scale, noise

    def __call__(self, high: Tensor, draws: Draws) -> Tensor:
        """Return low (N,C,H,W) of high (N,C,sH,sW), on its device; every image has random numbers of its own."""
        low = F.avg_pool2d(high, self.scale)
        noise = draws.normal(*low.shape[1:]).to(low)
        return low + noise * self.noise / 255


@srkit.hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the parts of this package to srkit."""
    return [Starter]
