"""Blocks that keep a part of their features at every step, and join what they kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

STEPS = 3
"""Steps of a block before its last convolution."""


class FeatureDistillation(nn.Module):
    """Feature distillation with shallow residuals: the body of the blocks of RFDN (Liu et al. 2020) and BSRN.

    Every step keeps half as many channels, which a 1x1 convolution makes, and refines all channels.

    Args:
        features: Channels; an even number.
        convolution: Makes a convolution that keeps the size, of the channels before and after it.
        activation: What follows each convolution.
    """

    def __init__(
        self, features: int, convolution: Callable[[int, int], nn.Module], activation: Callable[[Tensor], Tensor]
    ) -> None:
        super().__init__()
        half = features // 2
        self.keep = nn.ModuleList(nn.Conv2d(features, half, 1) for _ in range(STEPS))
        self.refine = nn.ModuleList(convolution(features, features) for _ in range(STEPS))
        self.last = convolution(features, half)
        self.join = nn.Conv2d(half * (STEPS + 1), features, 1)
        self.activation = activation

    def forward(self, features: Tensor) -> Tensor:
        """Return (N,F,H,W) of (N,F,H,W)."""
        kept = []
        for keep, refine in zip(self.keep, self.refine, strict=True):
            kept.append(self.activation(keep(features)))
            features = self.activation(refine(features) + features)
        kept.append(self.activation(self.last(features)))
        joined: Tensor = self.join(torch.cat(kept, 1))
        return joined


class JoinedBlocks(nn.Module):
    """Blocks in a row, whose results are joined by a 1x1 convolution with an activation.

    Args:
        features: Channels.
        blocks: (N,F,H,W) to (N,F,H,W) each.
        activation: What follows the 1x1 convolution.
    """

    def __init__(self, features: int, blocks: Iterable[nn.Module], activation: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        self.join = nn.Conv2d(features * len(self.blocks), features, 1)
        self.activation = activation

    def forward(self, features: Tensor) -> Tensor:
        """Return (N,F,H,W) of (N,F,H,W)."""
        results = []
        for block in self.blocks:
            features = block(features)
            results.append(features)
        return self.activation(self.join(torch.cat(results, 1)))
