"""The scales of enlargement in several steps."""

from __future__ import annotations


def factors_of(scale: int) -> list[int]:
    """Return the scales of the steps: a power of two is reached by twos, any other scale in one step.

    Raises:
        ValueError: The scale is below 2.
    """
    if scale < 2:
        raise ValueError(f"scale must be 2 or more, got {scale}")
    doublings = scale.bit_length() - 1
    return [2] * doublings if scale == 2**doublings else [scale]
