"""Images of different sizes in one tensor, so that a GPU gets one piece of work for a batch of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Places: TypeAlias = Callable[[int, int], NDArray[np.int64]]
"""Gives, for a side of an image and the longest such side of the batch, the positions to take along it."""


def on_processor(images: Sequence[Tensor]) -> bool:
    """Return whether images are on the CPU, where each is quickest by itself."""
    return all(image.device.type == "cpu" for image in images)


def inside(side: int, longest: int) -> NDArray[np.int64]:
    """Return all positions, and then the last one again up to the longest side."""
    return np.minimum(np.arange(longest), side - 1)


def mirrored_by(reach: int) -> Places:
    """Return positions from ``reach`` before a side to ``reach`` after it, mirrored with the last pixel doubled."""

    def places(side: int, longest: int) -> NDArray[np.int64]:
        position = np.arange(-reach, longest + reach) % (2 * side)
        return np.where(position < side, position, 2 * side - 1 - position)

    return places


def stacked(images: Sequence[Tensor], places: Places = inside) -> Tensor:
    """Return images (1,C,H,W) of different sizes as one tensor (N,C,h,w), with the pixels at ``places`` of each.

    They are gathered in one step from the memory that they lie in, which is joined first where it is in pieces. The
    results of ``apart`` lie in one piece.
    """
    device, channels = images[0].device, images[0].shape[1]
    pieces = {_memory_of(image): image for image in images}
    flat, starts, length = [], {}, 0
    for memory, image in pieces.items():
        flat.append(image.as_strided((image.untyped_storage().nbytes() // image.element_size(),), (1,), 0))
        starts[memory] = length
        length += len(flat[-1])
    heights, widths = ([image.shape[axis] for image in images] for axis in (-2, -1))
    rows, columns = (
        np.stack([places(side, max(sides)) for side in sides])
        * np.array([[image.stride(axis)] for image in images])
        for axis, sides in ((-2, heights), (-1, widths))
    )
    first = np.array([[starts[_memory_of(image)] + image.storage_offset()] for image in images])
    planes = first + np.arange(channels) * np.array([[image.stride(1)] for image in images])
    # one copy to the device, since every copy waits for the last
    index = torch.from_numpy(np.concatenate([planes, rows, columns], 1)).to(device)
    plane, row, column = torch.split(index, [channels, rows.shape[1], columns.shape[1]], 1)
    everything = flat[0] if len(flat) == 1 else torch.cat(flat)
    return everything[plane[:, :, None, None] + row[:, None, :, None] + column[:, None, None, :]]


def _memory_of(image: Tensor) -> int:
    """Return what identifies the memory that a tensor lies in, the same for all its views."""
    return int(image.untyped_storage()._cdata)


def apart(batch: Tensor, like: Sequence[Tensor]) -> list[Tensor]:
    """Return (1,C,H,W) of each image of a batch (N,C,h,w), views of the sizes that the images ``like`` have."""
    return [
        batch[number : number + 1, :, : image.shape[-2], : image.shape[-1]] for number, image in enumerate(like)
    ]


def changed(function: Callable[[Tensor], Tensor], images: Sequence[Tensor]) -> list[Tensor]:
    """Return ``function`` of each image; it changes pixels, each by itself.

    On the CPU it is called for each image, elsewhere once for all.
    """
    if on_processor(images):
        return [function(image) for image in images]
    return apart(function(stacked(images)), images)


def combined(
    images: Sequence[Tensor], noise: Iterable[Tensor], function: Callable[[Tensor, Tensor], Tensor]
) -> list[Tensor]:
    """Return ``function(image, noise)`` of each image and its noise.

    Args:
        images: (1,C,H,W) each.
        noise: (1,C,H,W) or (1,1,H,W) each, on the CPU in float32.
        function: Combines pixels, each by itself.
    """
    if on_processor(images):
        return [function(image, own.to(image.dtype)) for image, own in zip(images, noise, strict=True)]
    batch = stacked(images)
    values = torch.zeros(batch.shape)
    for number, own in enumerate(noise):
        values[number, :, : own.shape[-2], : own.shape[-1]] = own[0]
    return apart(function(batch, values.to(batch.dtype).to(batch.device)), images)
