"""Functions that pyramid models share."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from srkit.network.needs import Needs, needs_of


def levels_of(scale: int) -> int:
    """Return how many times an image is doubled to become ``scale`` times larger.

    Raises:
        ValueError: The scale is no power of two.
    """
    levels = scale.bit_length() - 1
    if scale < 2 or scale != 2**levels:
        below = 2 ** max(levels, 1) if scale > 0 else 2
        raise ValueError(
            f"a pyramid doubles the size at every level, so scale must be {below} or {2 * below}, got {scale}"
        )
    return levels


def enlarge(upsampler: nn.Module, image: Tensor) -> Tensor:
    """Apply ``upsampler`` to an image (N,C,H,W) in the image's own number format, also under autocast.

    From 0.5 to 1, bf16 has steps of a whole grey level, which would be visible in an image.
    """
    with torch.autocast(image.device.type, enabled=False):
        large: Tensor = upsampler(image)
    return large


def needs_of_pyramid(levels: Sequence[tuple[int, nn.Module, nn.Module]]) -> Needs:
    """Return the needs of a pyramid: a halo that is large enough, and the needs of its upsamplers.

    The halo is computed from the output back to the input: a 3x3 convolution adds one pixel, a doubling
    halves the halo (rounded up) and adds the reach of its layer, in pixels before the doubling.

    Args:
        levels: 3x3 convolutions before the upsampler, the upsampler of the features and the
            one of the image, coarse to fine. Upsamplers declare their own ``needs``.
    """
    parts = [needs_of(upsampler) for _, *pair in levels for upsampler in pair]
    half, whole = all(part.half for part in parts), any(part.whole for part in parts)
    features = image = 0
    for convolutions, upsampler, image_upsampler in reversed(levels):
        reach, image_reach = needs_of(upsampler).reach, needs_of(image_upsampler).reach
        if reach is None or image_reach is None:
            return Needs(half=half, whole=whole)
        features = max(features, image + 1)
        features = (features + 1) // 2 + reach + convolutions
        image = (image + 1) // 2 + image_reach
    multiple = math.lcm(*(part.multiple for part in parts))
    least = max((part.least for part in parts), default=1)
    return Needs(max(features + 1, image), multiple, least, half, whole)
