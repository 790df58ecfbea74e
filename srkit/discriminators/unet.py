"""A discriminator that judges every pixel of a crop, with all of the crop in view."""

from __future__ import annotations

from typing import Annotated, Literal

from torch import Tensor, nn
from torch.nn import functional as F

import srkit
from srkit.layers.normed import SLOPE, conv

LEVELS = 3
MULTIPLE = 2**LEVELS


@srkit.discriminator("unet")
class UNet(nn.Module):
    """A U-Net with spectral normalisation: one score a pixel (Real-ESRGAN, Wang et al. 2021).

    The crop is halved three times and doubled three times, with the features of each size added on the way back.

    Args:
        features: Channels at full size; each halving doubles them.
        norm: Normalisation of all convolutions but the first and the last.
        skip: Whether the features of the way down are added on the way back.
    """

    @srkit.limited
    def __init__(
        self,
        channels: int,
        patch: int,
        *,
        features: Annotated[int, srkit.Range(1)] = 64,
        norm: Literal["spectral", "none"] = "spectral",
        skip: bool = True,
    ) -> None:
        super().__init__()
        if patch % MULTIPLE:
            raise ValueError(
                f"a patch of {patch} pixels cannot be halved {LEVELS} times; take for train.patch a multiple of "
                f"{MULTIPLE} and of the scale, such as {MULTIPLE} times the scale"
            )
        self.skip = skip
        widths = [features << level for level in range(LEVELS + 1)]
        self.first = conv(channels, features, 3)
        self.down = nn.ModuleList(
            conv(inside, 2 * inside, 4, 2, norm=norm, bias=False) for inside in widths[:LEVELS]
        )
        self.up = nn.ModuleList(
            conv(2 * outside, outside, 3, norm=norm, bias=False) for outside in reversed(widths[:LEVELS])
        )
        self.after = nn.ModuleList(conv(features, features, 3, norm=norm, bias=False) for _ in range(2))
        self.last = conv(features, 1, 3)

    def forward(self, crops: Tensor) -> Tensor:
        """Return scores (N,1,patch,patch) of (N,C,patch,patch)."""
        x = _leaky(self.first(crops))
        passed = []
        for layer in self.down:
            passed.append(x)
            x = _leaky(layer(x))
        for layer in self.up:
            x = _leaky(layer(F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)))
            same_size = passed.pop()
            x = x + same_size if self.skip else x
        for layer in self.after:
            x = _leaky(layer(x))
        scores: Tensor = self.last(x)
        return scores


def _leaky(x: Tensor) -> Tensor:
    return F.leaky_relu(x, SLOPE)
