"""Correlation with one kernel per image, and subsampling, in strided convolutions."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from srkit.image.full_precision import full_precision

PLANES = 16
"""Channels in one convolution on the CPU: as many as its widest registers hold, which is 10 times as fast as one at
a time. The number never changes: with another one oneDNN may choose another algorithm whose last bits differ, and
an image would then depend on the size of its batch. Other devices get all channels at once.
"""

LARGE = 1 << 18
"""Least pixels of an image that is convolved alone: 16 planes of a photograph would fill the memory."""


def blur(high: Tensor, kernels: Tensor, scale: int = 1) -> Tensor:
    """Correlate image n with kernel n, and keep every ``scale``-th pixel from 0.

    Beyond the edge the image is mirrored with its last pixel doubled (``d c b a | a b
    c d``): what scipy calls reflect, and what made DIV2KRK. A kernel whose centre of mass
    lies at ``(k-1)/2 + (scale-1)/2`` gives LR pixels that sit in the middle of their blocks.

    Args:
        high: (N,C,H,W), H and W multiples of ``scale``.
        kernels: (N,k,k) with odd k.
        scale: The stride.

    Returns:
        (N,C,H/scale,W/scale), in which image n depends on image n and kernel n alone, to the last bit.
    """
    rows, columns = (mirrored(length, kernels.shape[-1] // 2, high.device) for length in high.shape[-2:])
    return convolved(high.index_select(-2, rows).index_select(-1, columns), kernels, scale)


def convolved(images: Tensor, kernels: Tensor, scale: int = 1) -> Tensor:
    """Correlate image n with kernel n where the kernel lies inside, and keep every ``scale``-th pixel from 0.

    Args:
        images: (N,C,H+k-1,W+k-1).
        kernels: (N,k,k) with odd k.
        scale: The stride.

    Returns:
        (N,C,H/scale,W/scale), in which image n depends on image n and kernel n alone, to the last bit.
    """
    count, channels, height, width = images.shape
    planes = images.flatten(0, 1)
    # the dtype before the device: some devices have no float64
    weights = kernels.to(images.dtype).to(images.device).repeat_interleave(channels, 0)
    together = PLANES if height * width < LARGE else channels
    together = together if images.device.type == "cpu" else len(planes)
    if missing := -len(planes) % together:
        planes, weights = (F.pad(tensor, (0, 0, 0, 0, 0, missing)) for tensor in (planes, weights))
    with full_precision(images.device):
        low = [
            F.conv2d(planes[None, some], weights[some, None], stride=scale, groups=together)[0]
            for some in (slice(start, start + together) for start in range(0, len(planes), together))
        ]
    return torch.cat(low)[: count * channels].view(count, channels, *low[0].shape[-2:])


def mirrored(length: int, reach: int, device: torch.device) -> Tensor:
    """Return the positions in a line that stand at -reach ... length+reach-1 of the mirrored line."""
    position = torch.arange(-reach, length + reach, device=device) % (2 * length)
    return torch.where(position < length, position, 2 * length - 1 - position)
