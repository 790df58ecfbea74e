"""Refusing images that are too small for a loss."""

from __future__ import annotations

from torch import Tensor

from srkit.errors import TrainingError


def refuse_small(name: str, images: Tensor, least: int, more: str = "") -> None:
    """Refuse images (N,C,H,W) with a side below ``least`` pixels.

    Args:
        name: The name of the loss, for the message.
        images: The images.
        least: The smallest side that the loss can compare.
        more: Another way out, beside larger crops.

    Raises:
        TrainingError: Gives both sizes and the ways out.
    """
    height, width = images.shape[-2:]
    if min(height, width) < least:
        raise TrainingError(
            f"loss {name}: wants images of at least {least} pixels a side, got {width} x {height}; "
            f"take a larger train.patch or train.pyramid=last{more}"
        )
