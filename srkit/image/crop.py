"""Crops that evaluation protocols ask for."""

from __future__ import annotations

from typing import Any, TypeVar

from numpy.typing import NDArray
from torch import Tensor

Image = TypeVar("Image", Tensor, NDArray[Any])


def modcrop(image: Image, scale: int) -> Image:
    """Cut off rows at the bottom and columns on the right until both sides are multiples of ``scale``.

    Args:
        image: A tensor (...,H,W) or an array (H,W) or (H,W,C).
        scale: The number of which the sides of the result are multiples.

    Raises:
        ValueError: Nothing would be left.
    """
    tensor = isinstance(image, Tensor)
    height, width = image.shape[-2:] if tensor else image.shape[:2]
    if min(height, width) < scale:
        raise ValueError(
            f"wants an image of at least {scale} x {scale} pixels for x{scale}, got {width} x {height}"
        )
    rows, columns = slice(height - height % scale), slice(width - width % scale)
    return image[..., rows, columns] if tensor else image[rows, columns]


def shave(image: Tensor, border: int) -> Tensor:
    """Cut ``border`` pixels off every side of (...,H,W).

    Raises:
        ValueError: Nothing would be left.
    """
    height, width = image.shape[-2:]
    if border == 0:
        return image
    if min(height, width) <= 2 * border:
        raise ValueError(f"wants an image larger than twice the border {border}, got {width} x {height}")
    return image[..., border:-border, border:-border]
