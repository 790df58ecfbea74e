"""Correlation with one kernel per image, and subsampling, in one strided convolution."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def blur(high: Tensor, kernels: Tensor, scale: int) -> Tensor:
    """Correlate image n with kernel n, and keep every ``scale``-th pixel from 0.

    Beyond the edge the image is mirrored with its last pixel doubled (``d c b a | a b
    c d``): what scipy calls reflect, and what made DIV2KRK. A kernel whose centre of mass
    lies at ``(k-1)/2 + (scale-1)/2`` gives LR pixels that sit in the middle of their blocks.

    Args:
        high: (N,C,H,W), H and W multiples of ``scale``.
        kernels: (N,k,k) with odd k.
        scale: The stride.

    Returns:
        (N,C,H/scale,W/scale).
    """
    count, channels, height, width = high.shape
    side = kernels.shape[-1]
    reach = side // 2
    rows = mirrored(height, reach, high.device)
    columns = mirrored(width, reach, high.device)
    padded = high.index_select(-2, rows).index_select(-1, columns)
    # the dtype first: some devices have no float64
    weights = kernels.to(high.dtype).to(high.device).repeat_interleave(channels, 0)[:, None]
    with torch.autocast(high.device.type, enabled=False):
        low = F.conv2d(
            padded.reshape(1, count * channels, *padded.shape[-2:]),
            weights,
            stride=scale,
            groups=count * channels,
        )
    return low.view(count, channels, *low.shape[-2:])


def mirrored(length: int, reach: int, device: torch.device) -> Tensor:
    """Return the positions that stand at -reach ... length+reach-1 of a mirrored line."""
    position = torch.arange(-reach, length + reach, device=device) % (2 * length)
    return torch.where(position < length, position, 2 * length - 1 - position)
