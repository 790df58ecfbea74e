"""IMDN, assembled from parts."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import srkit
from srkit.layers.contrast_attention import ContrastAttention
from srkit.layers.distillation import JoinedBlocks
from srkit.layers.precision import in_full_precision
from srkit.network.needs import Enlargement, Needs, needs_in_series
from srkit.network.variant import Variant
from srkit.parts import Upsampler
from srkit.slots import default

SLOPE = 0.05
"""Slope of every LeakyReLU below zero."""
SHARE = 4
"""One of so many channels is kept at every step of a block."""


@srkit.model("imdn")
class IMDN(nn.Module):
    """Information multi-distillation network: blocks keep a quarter of their channels at every step.

    Hui et al., ACM Multimedia 2019. The attention is of mean and standard deviation of the whole image, so images
    are enlarged whole.

    Args:
        upsampler: Enlarges the features to the image, in one step.
        blocks: Information multi-distillation blocks.
        features: Channels inside; a multiple of 4.
    """

    variants = (
        Variant(
            psnr={2: (38.00, 33.63, 32.19, 32.17), 4: (32.21, 28.58, 27.56, 26.04)},
            source="Hui et al. 2019",
        ),
    )

    @srkit.limited
    def __init__(
        self,
        scale: int,
        channels: int,
        *,
        upsampler: Upsampler = default("subpixel"),
        blocks: Annotated[int, srkit.Range(1, 1000)] = 6,
        features: Annotated[int, srkit.Range(4)] = 64,
    ) -> None:
        super().__init__()
        if features % SHARE:
            raise ValueError(
                f"features must be a multiple of {SHARE}, since blocks keep a quarter of them, got {features}"
            )
        self.scale = scale
        self.embed = nn.Conv2d(channels, features, 3, padding=1)
        self.body = JoinedBlocks(
            features, (Block(features) for _ in range(blocks)), partial(F.leaky_relu, negative_slope=SLOPE)
        )
        self.last = nn.Conv2d(features, features, 3, padding=1)
        self.upsampler = upsampler(features, channels, scale)

    def forward(self, low: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,C,sH,sW)."""
        features = self.embed(low)
        return in_full_precision(self.upsampler, self.last(self.body(features)) + features)

    @property
    def needs(self) -> Needs:
        """The whole image, and what the upsampler needs."""
        return needs_in_series(Needs(whole=True), Enlargement(self.upsampler, self.scale))


class Block(nn.Module):
    """Three steps that keep a quarter of the channels and refine the others, then attention (IMDB)."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.kept = features // SHARE
        refined = features - self.kept
        self.convs = nn.ModuleList(
            nn.Conv2d(inputs, features, 3, padding=1) for inputs in (features, refined, refined)
        )
        self.last = nn.Conv2d(refined, self.kept, 3, padding=1)
        self.attention = ContrastAttention(features)
        self.join = nn.Conv2d(features, features, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Return (N,F,H,W) of (N,F,H,W)."""
        kept, x = [], features
        for conv in self.convs:
            x = F.leaky_relu(conv(x), SLOPE)
            kept.append(x[:, : self.kept])
            x = x[:, self.kept :]
        joined = self.join(self.attention(torch.cat([*kept, self.last(x)], 1)))
        return features + joined  # type: ignore[no-any-return]
