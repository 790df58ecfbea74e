"""Contrast-aware channel attention."""

from __future__ import annotations

import torch
from torch import Tensor, nn

SMALLEST_VARIANCE = 1e-12
"""The square root has no gradient at zero, where a channel of an image is constant."""


class ContrastAttention(nn.Module):
    """Contrast-aware channel attention (CCA): weights every channel by its mean plus its standard deviation.

    Hui et al., ACM Multimedia 2019. Both are taken over all pixels, so a network with this layer must see whole
    images.

    Args:
        features: Channels.
        reduction: The channels inside are this many times fewer; at least one.
    """

    def __init__(self, features: int, reduction: int = 16) -> None:
        super().__init__()
        inside = max(1, features // reduction)
        self.squeeze, self.expand = nn.Conv2d(features, inside, 1), nn.Conv2d(inside, features, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Weight (N,F,H,W); the shape stays."""
        pixels = features.to(torch.promote_types(features.dtype, torch.float32))  # bf16 cannot add up many
        mean = pixels.mean((2, 3), keepdim=True)
        variance = (pixels - mean).square().mean((2, 3), keepdim=True)
        said = mean + variance.clamp(min=SMALLEST_VARIANCE).sqrt()
        return features * torch.sigmoid(self.expand(torch.relu(self.squeeze(said))))
