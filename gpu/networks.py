"""The networks that are timed."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from srkit.plugins import load_catalog


class StandIn(nn.Module):
    """The shape of EDSR's baseline (Lim et al. 2017): 16 blocks of 64 features, for a catalog without it."""

    def __init__(self, scale: int, features: int = 64, blocks: int = 16) -> None:
        super().__init__()
        conv = lambda inner, outer: nn.Conv2d(inner, outer, 3, padding=1)  # noqa: E731 - one line for all of them
        self.head = conv(3, features)
        self.body = nn.ModuleList(
            nn.Sequential(conv(features, features), nn.ReLU(), conv(features, features)) for _ in range(blocks)
        )
        self.last = conv(features, features)
        stages = [[conv(features, 4 * features), nn.PixelShuffle(2)] for _ in range(scale.bit_length() - 1)]
        self.tail = nn.Sequential(*(one for stage in stages for one in stage), conv(features, 3))

    def forward(self, low: Tensor) -> Tensor:
        """Enlarge (N,3,h,w)."""
        first = x = self.head(low)
        for block in self.body:
            x = x + block(x)
        return self.tail(self.last(x) + first)  # type: ignore[no-any-return]


def lapsrn(*, rehearse: bool) -> nn.Module:
    """Return LapSRN x4 of luma: 10 convolutions of 64 features a level."""
    torch.manual_seed(0)
    sizes: dict[str, Any] = {"depth": 1, "features": 8} if rehearse else {"depth": 10, "features": 64}
    model: nn.Module = load_catalog().build("model", "lapsrn", 4, 1, **sizes)
    return model


def edsr(*, rehearse: bool) -> tuple[str, nn.Module]:
    """Return EDSR's baseline x4 of RGB, or a stand-in, and which of them it is."""
    torch.manual_seed(0)
    catalog = load_catalog()
    sizes: dict[str, Any] = {"features": 8, "blocks": 1} if rehearse else {}
    if "edsr" in catalog["model"]:
        try:
            return "EDSR baseline", catalog.build("model", "edsr", 4, 3, **sizes)
        except Exception:
            return "EDSR baseline", catalog.build("model", "edsr", 4, 3)
    return "EDSR baseline (stand-in)", StandIn(4, **sizes)
