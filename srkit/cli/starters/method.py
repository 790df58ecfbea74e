"""A method, which enlarges one image, for srkit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import torch
from torch import Tensor

import srkit
from srkit.draws import Draws
from srkit.image.resize import resize


@srkit.method("starter")
class Starter:
    """Bicubic, then gradient descent until the result shrinks to the image.

    Args:
        steps: Steps of the descent.
    """

    @srkit.limited
    def __init__(self, scale: int, *, steps: Annotated[int, srkit.Range(1)] = 10) -> None:
        self.scale, self.steps = scale, steps

    def __call__(self, low: Tensor, draws: Draws) -> Tensor:  # noqa: ARG002
        """Return high (1,C,s*h,s*w) of low (1,C,h,w), not clipped and without a gradient."""
        high = resize(low, self.scale).requires_grad_()
        for _ in range(self.steps):
            loss = (resize(high, 1 / self.scale) - low).square().sum()
            (slope,) = torch.autograd.grad(loss, high)
            high = (high - slope).detach().requires_grad_()
        return high.detach()


@srkit.hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the parts of this package to srkit."""
    return [Starter]
