"""Calls for images of different sizes, one call for each size."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def by_size(function: Callable[..., Tensor], images: Sequence[Tensor], *rows: Tensor) -> list[Tensor]:
    """Return ``function(batch, *rows of the batch)`` of every image, called once for each size.

    Args:
        function: Takes images (M,C,H,W) and their rows, and gives (M,...); what it does to an image may not
            depend on the others.
        images: One tensor (1,C,H,W) for each of N images.
        rows: Tensors (N,...), row n of which belongs to image n.

    Returns:
        A tensor (1,...) for each image.
    """
    places: dict[torch.Size, list[int]] = {}
    for place, image in enumerate(images):
        places.setdefault(image.shape, []).append(place)
    results: list[Tensor] = [*images]
    for some in places.values():
        batch = function(torch.cat([images[place] for place in some]), *(row[some] for row in rows))
        for place, result in zip(some, batch.chunk(len(some)), strict=True):
            results[place] = result
    return results
