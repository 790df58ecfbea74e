"""Attention between the pixels of a window."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

HIDDEN = -100.0
"""What is added to the scores of pixels that do not see each other."""
SPREAD = 0.02
"""Standard deviation of the initial weights."""


class WindowAttention(nn.Module):
    """Multi-head self-attention between the pixels of a square window, with a bias for each relative position.

    Liu et al., ICCV 2021 (Swin Transformer). Windows may be shifted by half their side. The last of them along an
    axis then holds the last half window and the first one, which do not see each other.

    Args:
        features: Channels; a multiple of ``heads``.
        heads: Heads.
        window: Side of a window, in pixels.
        shift: By how many pixels the windows are shifted; 0 or half their side.
    """

    places: Tensor

    def __init__(self, features: int, heads: int, window: int, shift: int) -> None:
        super().__init__()
        self.heads, self.window, self.shift = heads, window, shift
        self.bias = nn.Parameter(nn.init.trunc_normal_(torch.empty((2 * window - 1) ** 2, heads), std=SPREAD))
        self.register_buffer("places", relative_places(window), persistent=False)
        self.mix, self.join = linear(features, 3 * features), linear(features, features)

    def forward(self, features: Tensor) -> Tensor:
        """Return (N,H,W,F) of (N,H,W,F); H and W are multiples of the window."""
        count, height, width, channels = features.shape
        side, down, across = self.window, height // self.window, width // self.window
        area = side * side
        x = torch.roll(features, (-self.shift, -self.shift), (1, 2)) if self.shift else features
        x = x.reshape(count, down, side, across, side, channels).transpose(2, 3)
        mixed = self.mix(x.reshape(count, down * across, area, channels))
        mixed = mixed.reshape(count, down * across, area, 3, self.heads, channels // self.heads)
        query, key, value = mixed.permute(3, 0, 1, 4, 2, 5)  # (N,windows,heads,area,F/heads)
        scores = self.bias[self.places].permute(2, 0, 1)[None]
        together = (count * down * across, self.heads)
        if self.shift:
            scores = scores + HIDDEN * self._apart(height, width, features.device)[:, None]
            together = (count, down * across * self.heads)
            scores = scores.reshape(1, together[1], area, area)
        query, key, value = (one.reshape(*together, area, -1) for one in (query, key, value))
        x = F.scaled_dot_product_attention(query, key, value, attn_mask=scores.to(query.dtype))
        x = x.reshape(count, down * across, self.heads, area, -1).transpose(2, 3)
        x = self.join(x.reshape(count, down * across, area, channels))
        x = x.reshape(count, down, across, side, side, channels).transpose(2, 3)
        x = x.reshape(count, height, width, channels)
        return torch.roll(x, (self.shift, self.shift), (1, 2)) if self.shift else x

    def _apart(self, height: int, width: int, device: torch.device) -> Tensor:
        """Return for every window which of its pixels do not see each other: (windows, area, area), 0 or 1."""
        down, across = (self._beyond(length, device) for length in (height, width))
        rows = down.reshape(-1, 1, self.window, 1)
        columns = across.reshape(1, -1, 1, self.window)
        parts = (2 * rows + columns).reshape(-1, self.window * self.window)
        return (parts[:, :, None] != parts[:, None, :]).float()

    def _beyond(self, length: int, device: torch.device) -> Tensor:
        """Return 1 for the places of an axis that came round its end, else 0."""
        return (torch.arange(length, device=device) >= length - self.shift).long()


class WindowLayer(nn.Module):
    """Attention within windows, then two linear layers for every pixel; each adds to its input.

    Args:
        features: Channels; a multiple of ``heads``.
        heads: Heads of the attention.
        window: Side of a window, in pixels.
        shift: By how many pixels the windows are shifted.
        hidden: Channels between the two linear layers.
        dropped: How often in training a sum leaves its input as it is, for each image.
    """

    def __init__(self, features: int, heads: int, window: int, shift: int, hidden: int, dropped: float) -> None:
        super().__init__()
        self.norm_attention, self.norm_mixer = nn.LayerNorm(features), nn.LayerNorm(features)
        self.attention = WindowAttention(features, heads, window, shift)
        self.mixer = nn.Sequential(linear(features, hidden), nn.GELU(), linear(hidden, features))
        self.dropped = dropped

    def forward(self, features: Tensor) -> Tensor:
        """Return (N,H,W,F) of (N,H,W,F); H and W are multiples of the window."""
        features = features + self._kept(self.attention(self.norm_attention(features)))
        return features + self._kept(self.mixer(self.norm_mixer(features)))

    def _kept(self, change: Tensor) -> Tensor:
        if not self.training or not self.dropped:
            return change
        kept = torch.rand(len(change), 1, 1, 1, device=change.device) >= self.dropped
        return change * (kept / (1 - self.dropped)).to(change.dtype)


def linear(inputs: int, outputs: int) -> nn.Linear:
    """Return a linear layer with the initial weights of Swin Transformer."""
    layer = nn.Linear(inputs, outputs)
    nn.init.trunc_normal_(layer.weight, std=SPREAD)
    nn.init.zeros_(layer.bias)
    return layer


def relative_places(window: int) -> Tensor:
    """Return the number of the relative position of every pair of pixels in a window: (area, area)."""
    rows, columns = torch.meshgrid(torch.arange(window), torch.arange(window), indexing="ij")
    down = rows.reshape(-1, 1) - rows.reshape(1, -1) + window - 1
    across = columns.reshape(-1, 1) - columns.reshape(1, -1) + window - 1
    return down * (2 * window - 1) + across
