"""Cuts that protocols ask for."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

Image = TypeVar("Image", Tensor, NDArray[np.uint8])


def modcrop(image: Image, scale: int) -> Image:
    """Cut off what does not divide by ``scale``, at the bottom and on the right.

    ``image`` is a tensor (...,H,W) or an array (H,W,C).
    """
    if isinstance(image, Tensor):
        height, width = image.shape[-2:]
        return image[..., : height - height % scale, : width - width % scale]
    return image[: image.shape[0] - image.shape[0] % scale, : image.shape[1] - image.shape[1] % scale]


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
