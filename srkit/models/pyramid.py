"""Functions that pyramid models share."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from srkit.network.needs import Enlargement, Needs, Step, needs_in_parallel, needs_in_series


def levels_of(scale: int) -> int:
    """Return how many times an image is doubled to become ``scale`` times larger.

    Raises:
        ValueError: The scale is no power of two.
    """
    levels = scale.bit_length() - 1
    if scale < 2 or scale != 2**levels:
        below = 2 ** max(levels, 1) if scale > 0 else 2
        raise ValueError(
            "a pyramid doubles the size at every level, so scale must be a power of two, "
            f"such as {below} or {2 * below}, got {scale}"
        )
    return levels


def needs_of_pyramid(levels: Sequence[tuple[int, nn.Module, nn.Module]]) -> Needs:
    """Return the needs of a pyramid: a halo that is large enough, and the needs of its upsamplers.

    The result is the sum of the enlarged image and of every level's residual, enlarged like the image behind it.

    Args:
        levels: 3x3 convolutions before the upsampler, the upsampler of the features and the
            one of the image, coarse to fine. Upsamplers declare their own ``needs``.
    """
    images = [Enlargement(image_upsampler, 2) for *_, image_upsampler in levels]
    branches, features = [needs_in_series(*images)], list[Step]([1])
    for number, (convolutions, upsampler, _) in enumerate(levels, 1):
        features += [convolutions, Enlargement(upsampler, 2)]
        branches.append(needs_in_series(*features, 1, *images[number:]))
    return needs_in_parallel(*branches)
