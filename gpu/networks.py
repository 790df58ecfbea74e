"""The networks that are timed."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from srkit.plugins import load_catalog


def lapsrn(*, rehearse: bool) -> nn.Module:
    """Return LapSRN x4 of luma: 10 convolutions of 64 features a level."""
    return _built("lapsrn", 1, {"depth": 1, "features": 8} if rehearse else {"depth": 10, "features": 64})


def edsr(*, rehearse: bool) -> nn.Module:
    """Return EDSR's baseline x4 of RGB (Lim et al. 2017): 16 residual blocks of 64 features."""
    return _built("edsr", 3, {"blocks": 1, "features": 8} if rehearse else {"blocks": 16, "features": 64})


def _built(name: str, channels: int, options: dict[str, Any]) -> nn.Module:
    torch.manual_seed(0)
    model: nn.Module = load_catalog().build("model", name, 4, channels, **options)
    return model
