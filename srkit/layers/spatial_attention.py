"""Enhanced spatial attention."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

LEAST = 15
"""Smallest side of a map, in pixels, that is large enough for the strided convolution and the pool after it."""


class SpatialAttention(nn.Module):
    """Enhanced spatial attention (ESA): weights every pixel by what a coarse map and a skip say of it.

    Liu et al., ECCV workshops 2020. The coarse map has a sixth of the size and is enlarged to the full size by
    bilinear interpolation, so that a weight depends on the size of the image and on the place of the pixel in it:
    a network with this layer must see whole images. A map with a side below ``LEAST`` is padded by repeating its
    last row or column, where the official code fails.

    Args:
        features: Channels.
        inside: Channels of the maps inside.
        shrink: (N,I,H,W) to (N,I,(H-1)//2,(W-1)//2), a convolution with stride 2 and without padding.
        coarse: (N,I,h,w) to (N,I,h,w), the layers on the coarse map.
    """

    def __init__(self, features: int, inside: int, shrink: nn.Module, coarse: nn.Module) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(features, inside, 1)
        self.skip = nn.Conv2d(inside, inside, 1)
        self.shrink, self.coarse = shrink, coarse
        self.expand = nn.Conv2d(inside, features, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Weight (N,F,H,W); the shape stays."""
        inside = self.squeeze(features)
        height, width = inside.shape[-2:]
        coarse = self.coarse(F.max_pool2d(self.shrink(at_least(inside, LEAST)), 7, stride=3))
        coarse = F.interpolate(coarse, (height, width), mode="bilinear", align_corners=False)
        return features * torch.sigmoid(self.expand(coarse + self.skip(inside)))


def at_least(image: Tensor, side: int) -> Tensor:
    """Return (N,C,H,W) with sides of at least ``side``: the last row and column are repeated as often as needed."""
    # unlike max, sym_max keeps a free size free when a network is exported
    below, right = (torch.sym_max(0, side - length) for length in image.shape[-2:])  # type: ignore[no-untyped-call]
    return F.pad(image, (0, right, 0, below), mode="replicate")
