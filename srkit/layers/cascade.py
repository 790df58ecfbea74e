"""Cascades of residual blocks: the bodies of CARN and CARN-M."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import cycle

import torch
from torch import Tensor, nn
from torch.nn import functional as F

STEPS = 3
"""Steps of a cascade in CARN and CARN-M."""


class Cascade(nn.Module):
    """Blocks in a row; behind each, a 1x1 convolution reads the input and the results of all blocks so far.

    Args:
        features: Channels.
        blocks: (N,F,H,W) to (N,F,H,W) each; if they are fewer than the steps, they come again with their weights.
    """

    def __init__(self, features: int, blocks: Iterable[nn.Module]) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        self.joins = nn.ModuleList(nn.Conv2d(features * (step + 2), features, 1) for step in range(STEPS))

    def forward(self, features: Tensor) -> Tensor:
        """Return (N,F,H,W) of (N,F,H,W)."""
        results = features
        for block, join in zip(cycle(self.blocks), self.joins, strict=False):
            results = torch.cat([results, block(features)], 1)
            features = F.relu(join(results))
        return features


class Residual(nn.Module):
    """Two 3x3 convolutions with ReLU between them, and ReLU behind the sum with the input."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.convs = nn.Sequential(
            nn.Conv2d(features, features, 3, padding=1), nn.ReLU(), nn.Conv2d(features, features, 3, padding=1)
        )

    def forward(self, features: Tensor) -> Tensor:
        """Return (N,F,H,W) of (N,F,H,W)."""
        return F.relu(self.convs(features) + features)


class GroupedResidual(nn.Module):
    """Two grouped 3x3 convolutions and a 1x1 convolution, with ReLU between them and behind the sum with the input.

    Args:
        features: Channels; a multiple of ``groups``.
        groups: A 3x3 convolution reads one of so many groups of channels for each of its outputs.
    """

    def __init__(self, features: int, groups: int) -> None:
        super().__init__()
        self.convs = nn.Sequential(
            nn.Conv2d(features, features, 3, padding=1, groups=groups),
            nn.ReLU(),
            nn.Conv2d(features, features, 3, padding=1, groups=groups),
            nn.ReLU(),
            nn.Conv2d(features, features, 1),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Return (N,F,H,W) of (N,F,H,W)."""
        return F.relu(self.convs(features) + features)
