"""A discriminator that judges overlapping windows of a crop."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor, nn

import srkit
from srkit.layers.normed import Norm, conv, leaky, too_deep

LEAST = 3
"""Smallest side of the features behind the last halving, in pixels; two convolutions take one pixel each of it."""


@srkit.discriminator("patchgan")
class PatchGAN(nn.Module):
    """Convolutions of 4x4, some of which halve the crop: one score a window (pix2pix, Isola et al. 2017).

    A window has 34 pixels a side with two levels, 70 with three and 142 with four.

    Args:
        features: Channels of the first level; each level doubles them, up to 8 times the first.
        levels: How often the crop is halved.
        norm: Normalisation of all convolutions but the first and the last.
    """

    @srkit.limited
    def __init__(
        self,
        channels: int,
        patch: int,
        *,
        features: Annotated[int, srkit.Range(1)] = 64,
        levels: Annotated[int, srkit.Range(1, 8)] = 3,
        norm: Norm = "batch",
    ) -> None:
        super().__init__()
        sides = [patch >> level for level in range(1, levels + 1)]
        if error := too_deep(levels, patch, sides, LEAST, LEAST << levels):
            raise error
        layers: list[nn.Module] = [conv(channels, features, 4, 2), leaky()]
        width = features
        for level in range(1, levels + 1):
            wider = features * min(2**level, 8)
            layers += [conv(width, wider, 4, 2 if level < levels else 1, norm=norm), leaky()]
            width = wider
        self.layers = nn.Sequential(*layers, conv(width, 1, 4))

    def forward(self, crops: Tensor) -> Tensor:
        """Return scores (N,1,h,w) of (N,C,patch,patch), with h and w ``patch / 2**levels - 2``."""
        scores: Tensor = self.layers(crops)
        return scores
