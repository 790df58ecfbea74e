"""Checks that images are large enough and fit together, from their headers alone, before training starts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

import numpy as np
import torch
from torch import Tensor

from srkit.errors import DataError, ImageError
from srkit.image.array import UInt8Image
from srkit.parts.dataset import ImageSet
from srkit.parts.metric import MetricFn

SHOWN = 5
ENOUGH = 48
"""Side of an image, in pixels, that is large enough for most metrics and measured within a millisecond."""


def crop_sizes(images: ImageSet, scale: int, patch: int) -> list[tuple[int, int]]:
    """Return (height, width) of every image in LR pixels.

    Raises:
        DataError: An image is smaller than a crop of ``patch`` HR pixels, or the set's own LR has another scale.
    """
    check_scale(images, scale)
    small = _smaller(images, patch)
    if small:
        raise DataError(
            f"train.patch: wants images of at least {patch} x {patch} pixels, "
            f"found {small}; lower train.patch or leave them out"
        )
    return [(height // scale, width // scale) for height, width in map(images.size, range(len(images)))]


def check_examples(images: ImageSet, scale: int) -> None:
    """Refuse pairs of another scale, and images that are smaller than the scale.

    Raises:
        DataError: Names the first few.
    """
    check_scale(images, scale)
    if small := _smaller(images, scale):
        raise DataError(
            f"scale: wants images of at least {scale} x {scale} pixels to shrink them by {scale}, "
            f"found {small}; leave them out"
        )


def check_names(images: ImageSet, where: str) -> None:
    """Refuse a set without images, and names that are not unique or lead out of the folder of results.

    Raises:
        DataError: Names the first of them.
    """
    if len(images) == 0:
        raise DataError(f"{where}: wants images, found none")
    seen: set[str] = set()
    for name in images.names:
        if name in seen:
            raise DataError(f"{where}: wants a unique name for every image, found {name!r} twice")
        seen.add(name)
        path = PurePath(name)
        if not path.name or path.is_absolute() or ".." in path.parts:
            raise DataError(f"{where}: wants names that are paths below a folder, found {name!r}")


def check_measurable(images: ImageSet, scale: int, metrics: Mapping[str, MetricFn], where: str) -> None:
    """Refuse images that are too small for a metric's window or border, before the network is trained.

    Each metric is tried on noise that is as large as the smallest images, or smaller: a metric that accepts a
    size also accepts larger ones.

    Raises:
        DataError: Names the first few, and the metric.
    """
    sides = sorted({min(images.size(index)) for index in range(len(images))})
    for name, metric in metrics.items():
        refused, why = 0, ""
        for side in sides:
            found = _refusal(metric, min(side, ENOUGH) // scale * scale)
            if found and side > ENOUGH:
                found = _refusal(metric, side // scale * scale)
            if not found:
                break
            refused, why = side, found
        if refused:
            raise DataError(
                f"{where}: wants images that {name} can measure, found {_smaller(images, refused + 1)}: "
                f"it {why}; leave them out"
            )


def _refusal(metric: MetricFn, side: int) -> str:
    """Return the message with which a metric refuses images of ``side``; empty if it accepts them."""
    noise = torch.rand(2, 1, 3, side, side, generator=torch.Generator().manual_seed(0))
    try:
        metric(*noise)
    except (ValueError, RuntimeError) as error:  # torch raises the latter, for too small an image
        return str(error).partition("\n")[0]
    return ""


def check_scale(images: ImageSet, scale: int) -> None:
    """Refuse pairs of another scale.

    Raises:
        DataError: Names the scale that is wanted and the one found.
    """
    if images.scale is not None and images.scale != scale:
        raise DataError(
            f"{images.names[0]}: wants LR {scale} times smaller than HR, found pairs of x{images.scale}; "
            "set scale, or give the LR folder of this scale"
        )


def decoded(images: ImageSet, index: int, *, low: bool = False) -> UInt8Image:
    """Decode the HR image ``index``, or its own LR, and check it against its header.

    Raises:
        ImageError: The file was changed after the set was opened, and the image has another size; or the set
            gives something else than 8-bit pixels.
    """
    pixels = images.low(index) if low else images.high(index)
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] not in (1, 3):
        raise ImageError(
            f"{images.names[index]}: wants {'LR' if low else 'HR'} as uint8 (H,W,1) or (H,W,3), "
            f"found {pixels.dtype} {pixels.shape}"
        )
    scale = images.scale if low and images.scale else 1
    height, width = (side // scale for side in images.size(index))
    # LR of HR that was not cut to a multiple may be one pixel larger
    more = 1 if scale > 1 else 0
    if not (height <= pixels.shape[0] <= height + more and width <= pixels.shape[1] <= width + more):
        raise ImageError(
            f"{images.names[index]}: wants {'LR' if low else 'HR'} of {width} x {height} pixels, as when "
            f"the images were opened; found {pixels.shape[1]} x {pixels.shape[0]}"
        )
    return pixels


def check_low(low: Tensor, high: Tensor, scale: int) -> None:
    """Refuse the LR that a degradation made of ``high`` (N,C,H,W) if it is not ``scale`` times smaller.

    Raises:
        DataError: Gives both shapes.
    """
    wanted = (*high.shape[:2], high.shape[-2] // scale, high.shape[-1] // scale)
    if low.shape != wanted:
        raise DataError(
            f"degradation: wants LR of shape {wanted} of HR {tuple(high.shape)}, found {tuple(low.shape)}"
        )


def same_channels(name: str, low: int, high: int) -> None:
    """Refuse a pair of a gray and an RGB image.

    Raises:
        DataError: Names the image, and the channels of both.
    """
    if low != high:
        kinds = {1: "gray", 3: "RGB"}
        raise DataError(f"{name}: wants LR and HR both gray or both RGB, found {kinds[low]} and {kinds[high]}")


def _smaller(images: ImageSet, side: int) -> str:
    """Return the names and sizes of the images with a side below ``side``; empty if there are none."""
    small = [
        f"{images.names[index]} ({width} x {height})"
        for index, (height, width) in enumerate(map(images.size, range(len(images))))
        if min(height, width) < side
    ]
    more = f" and {len(small) - SHOWN} more" if len(small) > SHOWN else ""
    return ", ".join(small[:SHOWN]) + more
