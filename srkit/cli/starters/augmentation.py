"""An augmentation for srkit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import torch
from torch import Tensor

import srkit
from srkit.draws import Draws
from srkit.parts.augmentation import Partners


@srkit.augmentation("starter")
class Starter:
    """The negative of some images, LR and HR alike.

    Args:
        probability: Share of the images that become their negative.
    """

    @srkit.limited
    def __init__(self, scale: int, *, probability: Annotated[float, srkit.Range(0, 1)] = 0.5) -> None:
        self.scale, self.probability = scale, probability

    def __call__(self, low: Tensor, high: Tensor, partners: Partners, draws: Draws) -> tuple[Tensor, Tensor]:  # noqa: ARG002
        """Return LR (N,C,h,w) and HR (N,C,sH,sW); nothing that was given is changed."""
        chosen = (draws.uniform() < self.probability).to(low.device).view(-1, 1, 1, 1)
        return torch.where(chosen, 1 - low, low), torch.where(chosen, 1 - high, high)


@srkit.hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the parts of this package to srkit."""
    return [Starter]
