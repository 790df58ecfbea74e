"""Places of crops within an image, and measurements in them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from srkit.image.array import UInt8Image
from srkit.image.color import luma
from srkit.image.convert import to_tensor

SIDE = 128
"""Longest side of a crop in HR pixels, in reports of runs and studies."""

Plane = NDArray[np.float32]
"""Luma of studio range (H,W), 16..235."""


def spread(images: list[str], count: int) -> list[str]:
    """Return ``count`` of the images, first and last among them, at even distances."""
    if len(images) <= count:
        return images
    return [images[round(at)] for at in np.linspace(0, len(images) - 1, count)]


def window_means(values: NDArray[np.floating], scale: int, longest: int = SIDE) -> NDArray[np.float64]:
    """Return the mean of ``values`` (H,W) over every crop that ``starts`` allows; a smaller image is one crop."""
    height, width = (min(crop_side(scale, longest), length) for length in values.shape)
    summed = np.pad(values.cumsum(0, dtype=float).cumsum(1), ((1, 0), (1, 0)))
    rows, columns = starts(values.shape[0], scale, longest)[:, None], starts(values.shape[1], scale, longest)
    below, right = rows + height, columns + width
    total = summed[below, right] - summed[rows, right] - summed[below, columns] + summed[rows, columns]
    return np.asarray(total / (height * width))


def corner(index: int, shape: tuple[int, ...], scale: int, longest: int = SIDE) -> tuple[int, int]:
    """Return top and left of the crop number ``index``, as counted by ``window_means``, of an image (H,W)."""
    rows, columns = (starts(length, scale, longest) for length in shape)
    return int(rows[index // len(columns)]), int(columns[index % len(columns)])


def starts(length: int, scale: int, longest: int = SIDE) -> NDArray[np.intp]:
    """Return the starts of crops along a side: half a crop apart, on whole LR pixels, the last crop at the end."""
    side = crop_side(scale, longest)
    last = max(0, length - side) // scale * scale
    return np.unique([*range(0, last + 1, max(1, side // 2 // scale) * scale), last])


def crop_side(scale: int, longest: int = SIDE) -> int:
    """Return the side of a crop, ``longest`` at most, that is a whole number of LR pixels."""
    return max(1, longest // scale) * scale


def luma_plane(image: UInt8Image) -> Plane:
    """Return the luma of an image."""
    return luma(to_tensor(image))[0, 0].numpy() * np.float32(255)


def psnr_of(error: Plane) -> float:
    """Return the PSNR in dB for errors of luma; infinite if all are zero."""
    mean = float((error.astype(float) ** 2).mean())
    return 10 * np.log10(255**2 / mean) if mean else float("inf")
