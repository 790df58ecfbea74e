"""Values that no optimizer takes."""

from __future__ import annotations

from collections.abc import Sequence


def refuse(lr: float, weight_decay: float, betas: Sequence[float] = (0.0, 0.0)) -> tuple[float, float]:
    """Return ``betas`` as a pair.

    Raises:
        ValueError: A rate, decay or beta is out of range.
    """
    if lr <= 0:
        raise ValueError(f"lr must be positive, got {lr}")
    if weight_decay < 0:
        raise ValueError(f"weight_decay must not be negative, got {weight_decay}")
    if len(betas) != 2 or not all(0 <= beta < 1 for beta in betas):
        raise ValueError(f"betas must be two numbers in [0, 1), got {list(betas)}")
    return betas[0], betas[1]
