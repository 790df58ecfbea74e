"""BSRN, assembled from parts."""

from __future__ import annotations

from typing import Annotated, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import srkit
from srkit.layers.contrast_attention import ContrastAttention
from srkit.layers.distillation import FeatureDistillation, JoinedBlocks
from srkit.layers.precision import in_full_precision
from srkit.layers.spatial_attention import SpatialAttention
from srkit.network.needs import Enlargement, Needs, needs_in_series
from srkit.network.variant import Variant
from srkit.parts import Upsampler
from srkit.slots import default

COPIES = 4
"""The first convolution reads so many copies of the image, which give it more depthwise filters."""


@srkit.model("bsrn")
class BSRN(nn.Module):
    """Blueprint separable residual network: RFDN's blocks with separable convolutions and two attentions.

    Li et al., CVPR workshops 2022. The defaults are the network of the paper's tables; the small one that won a
    track of NTIRE 2022 is ``form: challenge, blocks: 5, features: 48``. The attentions depend on the size and on
    all pixels of the image, so images are enlarged whole.

    Args:
        upsampler: Enlarges the features to the image, in one step.
        form: paper weights channels by their contrast; challenge by constants that are learnt, and has more biases.
        blocks: Efficient separable distillation blocks.
        features: Channels inside; an even number of 4 or more.
    """

    variants = (
        Variant(),
        Variant("challenge", {"form": "challenge", "blocks": 5, "features": 48}),
    )

    @srkit.limited
    def __init__(
        self,
        scale: int,
        channels: int,
        *,
        upsampler: Upsampler = default("subpixel"),
        form: Literal["paper", "challenge"] = "paper",
        blocks: Annotated[int, srkit.Range(1, 1000)] = 8,
        features: Annotated[int, srkit.Range(4)] = 64,
    ) -> None:
        super().__init__()
        if features % 2:
            raise ValueError(f"features must be even, since blocks keep half of them, got {features}")
        self.scale, bias = scale, form == "challenge"
        self.embed = Separable(COPIES * channels, features, bias=bias)
        made = (Block(features, form) for _ in range(blocks))
        self.body = JoinedBlocks(features, made, F.gelu)
        self.last = Separable(features, features, bias=bias)
        self.upsampler = upsampler(features, channels, scale)

    def forward(self, low: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,C,sH,sW)."""
        features = self.embed(torch.cat([low] * COPIES, 1))
        return in_full_precision(self.upsampler, self.last(self.body(features)) + features)

    @property
    def needs(self) -> Needs:
        """The whole image in fp32, since bf16 costs the released weights 0.02 dB, and what the upsampler needs."""
        return needs_in_series(Needs(half=False, whole=True), Enlargement(self.upsampler, self.scale))


class Block(nn.Module):
    """Feature distillation, spatial attention, and weights of the channels, with a skip around all (ESDB)."""

    def __init__(self, features: int, form: Literal["paper", "challenge"]) -> None:
        super().__init__()
        inside, challenge = features // 4, form == "challenge"

        def separable(inputs: int, outputs: int) -> Separable:
            return Separable(inputs, outputs, bias=challenge)

        self.distillation = FeatureDistillation(features, separable, F.gelu)
        coarse = nn.Sequential(
            separable(inside, inside), nn.GELU(), separable(inside, inside), nn.GELU(), separable(inside, inside)
        )
        shrink = (
            nn.Conv2d(inside, inside, 3, stride=2)
            if challenge
            else Separable(inside, inside, bias=False, stride=2, padding=0)
        )
        self.attention = SpatialAttention(features, inside, shrink, coarse)
        self.channels = ChannelWeights(features) if challenge else ContrastAttention(features)

    def forward(self, features: Tensor) -> Tensor:
        """Return (N,F,H,W) of (N,F,H,W)."""
        weighted: Tensor = self.channels(self.attention(self.distillation(features)))
        return weighted + features


class Separable(nn.Module):
    """Blueprint separable convolution (BSConv-U): 1x1, then 3x3 of every channel alone.

    Args:
        inputs: Channels before.
        outputs: Channels after.
        bias: Whether the 1x1 convolution has biases; the other always has.
        stride: Stride of the 3x3 convolution.
        padding: Its padding.
    """

    def __init__(self, inputs: int, outputs: int, *, bias: bool, stride: int = 1, padding: int = 1) -> None:
        super().__init__()
        self.point = nn.Conv2d(inputs, outputs, 1, bias=bias)
        self.depth = nn.Conv2d(outputs, outputs, 3, stride=stride, padding=padding, groups=outputs)

    def forward(self, features: Tensor) -> Tensor:
        """Return (N,O,h,w) of (N,I,H,W)."""
        after: Tensor = self.depth(self.point(features))
        return after


class ChannelWeights(nn.Module):
    """A learnt weight for every channel, then a 1x1 convolution."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.normal(1.0, 0.2, (1, features, 1, 1)))
        self.mix = nn.Conv2d(features, features, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Return (N,F,H,W) of (N,F,H,W)."""
        mixed: Tensor = self.mix(features * self.weight)
        return mixed
