"""Colours and alpha of pictures with transparency.

The colour of a transparent pixel has no meaning, but a network would mix it into its neighbours, as a dark or light
fringe. So it first gets the colour of visible pixels nearby. Alpha with smooth edges is enlarged like a picture; a
mask of opaque and transparent pixels alone is not, since a network rings at its steps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from srkit.image.resize import resize
from srkit.network.color import Color

REACH = 8
"""Distance, in pixels, over which colours of visible pixels are spread."""


class Cover(NamedTuple):
    """Facts about a picture's whole alpha, collected before the picture is cut into tiles."""

    hides: bool
    """Whether some pixels are fully transparent."""
    smooth: bool
    """Whether some pixels are between opaque and transparent."""


def cover_of(image: NDArray[Any]) -> Cover | None:
    """Return the facts about the alpha of (H,W,C); None if C is 1 or 3, without alpha."""
    if image.shape[2] in (1, 3):
        return None
    alpha, top = image[..., -1], 1 if np.issubdtype(image.dtype, np.floating) else np.iinfo(image.dtype).max
    clear = alpha <= 0
    return Cover(bool(clear.any()), not bool((clear | (alpha >= top)).all()))


def enlarge_both(run: Callable[[Tensor], Tensor], low: Tensor, cover: Cover, *, scale: int, color: Color) -> Tensor:
    """Enlarge colours and alpha (1,C,h,w), the alpha last, by a network that works on ``color``."""
    colors, alpha = low[:, :-1], low[:, -1:]
    if cover.hides:
        colors = spread(colors, alpha)
    large = color.apply(run, colors, scale)
    if bool((alpha == alpha[..., :1, :1]).all()):
        return torch.cat([large, alpha[..., :1, :1].expand(-1, -1, *large.shape[-2:])], 1)
    high = color.apply(run, alpha, scale) if cover.smooth else resize(alpha, scale)
    return torch.cat([large, within(high, alpha, scale)], 1)


def spread(colors: Tensor, alpha: Tensor) -> Tensor:
    """Return ``colors`` (1,C,h,w); where ``alpha`` (1,1,h,w) is zero, they are those of visible pixels nearby."""
    weight = alpha.clone()
    for _ in range(REACH):
        sums = F.avg_pool2d(torch.cat([colors * weight, weight], 1), 3, stride=1, padding=1)
        near = sums[:, -1:]
        new = (weight == 0) & (near > 0)
        colors = torch.where(new, sums[:, :-1] / near.clamp(min=1e-12), colors)
        weight = torch.where(new, near, weight)
    return colors


def within(high: Tensor, alpha: Tensor, scale: int) -> Tensor:
    """Clip the enlarged alpha (1,1,s*h,s*w) to the range of ``alpha`` (1,1,h,w) around every pixel.

    Opaque areas stay fully opaque, and transparent ones fully transparent.
    """
    most, least = F.max_pool2d(alpha, 3, 1, 1), -F.max_pool2d(-alpha, 3, 1, 1)
    return torch.minimum(torch.maximum(high, _nearest(least, scale)), _nearest(most, scale))


def _nearest(image: Tensor, scale: int) -> Tensor:
    return image.repeat_interleave(scale, -2).repeat_interleave(scale, -1)
