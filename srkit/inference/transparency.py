"""Colours and alpha of a picture that is transparent in places.

The colour of a transparent pixel means nothing, but a network would mix it into its neighbours: a dark or light
fringe. So it first gets the colour of the visible pixels nearby.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

REACH = 8
"""Pixels from the nearest visible one over which colours are spread."""


def spread(colors: Tensor, alpha: Tensor) -> Tensor:
    """Return ``colors`` (1,C,h,w), where ``alpha`` (1,1,h,w) is zero those of visible pixels nearby."""
    weight = alpha.clone()
    for _ in range(REACH):
        sums = F.avg_pool2d(torch.cat([colors * weight, weight], 1), 3, stride=1, padding=1)
        near = sums[:, -1:]
        new = (weight == 0) & (near > 0)
        colors = torch.where(new, sums[:, :-1] / near.clamp(min=1e-12), colors)
        weight = torch.where(new, near, weight)
    return colors


def within(high: Tensor, alpha: Tensor, scale: int) -> Tensor:
    """Clip the enlarged alpha (1,1,s*h,s*w) to what lies around every pixel of ``alpha`` (1,1,h,w).

    What was opaque stays wholly opaque, and what was transparent wholly transparent.
    """
    most, least = F.max_pool2d(alpha, 3, 1, 1), -F.max_pool2d(-alpha, 3, 1, 1)
    return torch.minimum(torch.maximum(high, _nearest(least, scale)), _nearest(most, scale))


def _nearest(image: Tensor, scale: int) -> Tensor:
    return image.repeat_interleave(scale, -2).repeat_interleave(scale, -1)
