"""A discriminator that judges a crop as a whole."""

from __future__ import annotations

from typing import Annotated, Literal

from torch import Tensor, nn

import srkit
from srkit.layers.normed import Norm, conv, leaky, normed, too_deep

LEAST = 2
"""Smallest side of the last features, in pixels; batch normalisation cannot work on a single value."""


@srkit.discriminator("vgg128")
class VGG128(nn.Module):
    """Pairs of convolutions that halve the crop, then two dense layers: one score a crop (SRGAN, ESRGAN).

    The defaults are ESRGAN's for crops of 128 pixels, which become 4x4 features. SRGAN's, for crops of 96, is
    ``{levels: 4, kernel: 3, hidden: 1024}``. The first dense layer is as large as the patch needs, and a patch of
    which the levels leave less than 2x2 features is refused.

    Args:
        features: Channels of the first level; each level doubles them, up to 8 times the first.
        levels: How often the crop is halved.
        kernel: Kernel of the convolutions that halve, in pixels; all others have 3.
        hidden: Width of the first dense layer.
        norm: Normalisation of all layers but the first and the last.
    """

    @srkit.limited
    def __init__(
        self,
        channels: int,
        patch: int,
        *,
        features: Annotated[int, srkit.Range(1)] = 64,
        levels: Annotated[int, srkit.Range(1, 10)] = 5,
        kernel: Literal[3, 4] = 4,
        hidden: Annotated[int, srkit.Range(1)] = 100,
        norm: Norm = "batch",
    ) -> None:
        super().__init__()
        sides = [patch]
        for _ in range(levels):
            sides.append((sides[-1] + 4 - kernel) // 2)
        if error := too_deep(levels, patch, sides[1:], LEAST, LEAST << levels):
            raise error
        layers: list[nn.Module] = [conv(channels, features, 3), leaky()]
        width = features
        for level in range(levels):
            if level:
                wider = features * min(2**level, 8)
                layers += [conv(width, wider, 3, norm=norm), leaky()]
                width = wider
            layers += [conv(width, width, kernel, 2, norm=norm, bias=False), leaky()]
        dense = nn.Linear(width * sides[-1] ** 2, hidden)
        layers += [nn.Flatten(), normed(dense, "spectral" if norm == "spectral" else "none"), leaky()]
        self.layers = nn.Sequential(*layers, nn.Linear(hidden, 1))

    def forward(self, crops: Tensor) -> Tensor:
        """Return scores (N,1) of (N,C,patch,patch)."""
        scores: Tensor = self.layers(crops)
        return scores
