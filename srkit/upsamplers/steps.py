"""Enlarging in several steps, as upsamplers by twos do."""

from __future__ import annotations

from collections.abc import Sequence

from srkit.network.needs import Needs


def steps_of(scale: int) -> list[int]:
    """Return the factors of the steps that make an image ``scale`` times larger: twos, then the odd rest.

    4 is [2, 2], 3 is [3], 6 is [2, 3].

    Raises:
        ValueError: The scale is below 2.
    """
    if scale < 2:
        raise ValueError(f"scale must be at least 2, got {scale}")
    steps = []
    while scale % 2 == 0:
        steps.append(2)
        scale //= 2
    return steps + [scale] * (scale > 1)


def needs_of_steps(steps: Sequence[int], reaches: Sequence[int]) -> Needs:
    """Return the needs of steps that follow one another.

    Args:
        steps: The factor of each step.
        reaches: How many of its own input pixels each step looks beyond the pixel that it enlarges.
    """
    halo = 0
    for factor, reach in reversed(list(zip(steps, reaches, strict=True))):
        halo = -(-halo // factor) + reach
    return Needs(halo=halo)
