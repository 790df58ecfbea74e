"""What pyramid models have in common."""

from __future__ import annotations


def levels_of(scale: int) -> int:
    """Return how many times an image is doubled to become ``scale`` times larger.

    Raises:
        ValueError: The scale is no power of two.
    """
    levels = scale.bit_length() - 1
    if scale < 2 or scale != 2**levels:
        below, above = 2 ** max(levels, 1), 2 ** (levels + 1)
        raise ValueError(
            f"a pyramid doubles the size at every level, so scale must be {below} or {above}, got {scale}"
        )
    return levels
