"""SPAN, assembled from parts."""

from __future__ import annotations

from typing import Annotated, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import srkit
from srkit.layers.precision import in_full_precision
from srkit.layers.reparameterised import Reparameterised
from srkit.layers.value_range import DIV2K, ValueRange
from srkit.network.needs import Enlargement, Needs, needs_in_series
from srkit.network.variant import Variant
from srkit.parts import Upsampler
from srkit.slots import default

CONVOLUTIONS = 3
"""Convolutions of a block."""


@srkit.model("span")
class SPAN(nn.Module):
    """Swift parameter-free attention network: plain convolutions whose own results weight the features.

    Wan et al., CVPR workshops 2024. The defaults are the larger network of the paper, with 498K parameters at x4
    once it is folded; the smaller one has ``features: 48``, and the one that won NTIRE 2024 is ``form: folded,
    features: 28, joined_features: 20``. The network reads values from -255 to 255, and gives the image in [0,1];
    ``join`` starts 255 times smaller than in the official code, where the result starts in grey levels.

    Args:
        upsampler: Enlarges the features to the image, in one step.
        form: trained has the weights of a chain of three convolutions for each; folded has plain convolutions.
        blocks: Attention blocks.
        features: Channels inside.
        joined_features: Channels before the upsampler; null is ``features``.
    """

    variants = (
        Variant("trained"),
        Variant("folded", {"form": "folded"}),
        Variant("S folded", {"form": "folded", "features": 48}),
        Variant("NTIRE", {"form": "folded", "features": 28, "joined_features": 20}),
    )

    @srkit.limited
    def __init__(
        self,
        scale: int,
        channels: int,
        *,
        upsampler: Upsampler = default("subpixel"),
        form: Literal["trained", "folded"] = "trained",
        blocks: Annotated[int, srkit.Range(1, 1000)] = 6,
        features: Annotated[int, srkit.Range(1)] = 52,
        joined_features: Annotated[int, srkit.Range(1)] | None = None,
    ) -> None:
        super().__init__()
        folded, joined = form == "folded", joined_features or features
        self.scale = scale
        self.values = ValueRange(channels, peak=255, mean=DIV2K)
        self.embed = convolution(channels, features, folded)
        self.blocks = nn.ModuleList(Block(features, folded) for _ in range(blocks))
        self.last = convolution(features, features, folded)
        self.join = nn.Conv2d(4 * features, joined, 1)
        self.upsampler = upsampler(joined, channels, scale)
        with torch.no_grad():  # the network's values are grey levels, its result is in [0,1]
            for parameter in self.join.parameters():
                parameter.div_(self.values.peak)

    def forward(self, low: Tensor) -> Tensor:
        """Enlarge (N,C,H,W) to (N,C,sH,sW)."""
        embedded = features = self.embed(self.values.inward(low))
        results: list[Tensor] = []
        for block in self.blocks:
            features, hidden = block(features)
            results.append(features)
        joined = self.join(torch.cat([embedded, self.last(features), results[0], hidden], 1))
        return in_full_precision(self.upsampler, joined)

    @property
    def needs(self) -> Needs:
        """The needs of the network, from those of its upsampler; bf16 costs the released weights 0.04 dB."""
        halo = 1 + CONVOLUTIONS * len(self.blocks) + 1
        return needs_in_series(Needs(halo, half=False), Enlargement(self.upsampler, self.scale))


class Block(nn.Module):
    """Three convolutions, whose result weights itself plus the input (SPAB)."""

    def __init__(self, features: int, folded: bool) -> None:
        super().__init__()
        self.convs = nn.ModuleList(convolution(features, features, folded) for _ in range(CONVOLUTIONS))

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return (N,F,H,W) of (N,F,H,W), and the result of the first convolution behind its activation."""
        first, second, third = self.convs
        hidden = F.silu(first(features))
        x = third(F.silu(second(hidden)))
        return (x + features) * (torch.sigmoid(x) - 0.5), hidden


def convolution(inputs: int, outputs: int, folded: bool) -> nn.Module:
    """Return a 3x3 convolution that keeps the size, in one of its two forms."""
    return nn.Conv2d(inputs, outputs, 3, padding=1) if folded else Reparameterised(inputs, outputs)
