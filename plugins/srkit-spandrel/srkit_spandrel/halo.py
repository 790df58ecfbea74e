"""How far a network sees, found by cutting images."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor

from srkit_spandrel.community import Community, tiles

EXACT = 2e-6
"""Largest difference of a tile from the whole image at one of its four sides, which is rounding."""
FAINT = 1 / 2040
"""The same for a network that sees too far for exact tiles: an eighth of a grey level, for half of one in all."""
LOCAL = 1e-4
"""Largest difference far from the cut; a network with a larger one uses something of the whole image, as a mean."""
MARGIN = 3
"""Pixels that a halo is larger than it was found, since a tile is cut at four sides."""
LENGTHS = (48, 96)
"""Lengths of the images that are cut; a network sees at most a third of the last one, or counts as seeing all."""
HEIGHT = 16
MOST_MULTIPLE = 32


class Reach(NamedTuple):
    """How far a network sees, and where its tiles begin, in input pixels; None is unknown."""

    halo: int | None = None
    multiple: int = 1


@torch.no_grad()
def reach_of(descriptor: Any) -> Reach:
    """Return how far the network sees, if spandrel says that images may be cut into tiles.

    An image is enlarged once whole, and once without a part at its border, as the network sees a tile. The halo is
    the distance from the cut beyond which both results are equal. What was cut off is brighter than the rest, so
    that a network that uses a mean over the image is found out.
    """
    if not tiles(descriptor):
        return Reach()
    network, multiples = Community(descriptor).eval(), _multiples(descriptor)
    found: dict[int, Tensor] = {}
    for length in LENGTHS:
        found = {one: _differences(network, descriptor.input_channels, length, one) for one in multiples}
        if reach := _first(found, EXACT):
            return reach
    fading = {one: by_distance for one, by_distance in found.items() if float(_far(by_distance).max()) <= LOCAL}
    return _first(fading, FAINT) or Reach()


def _multiples(descriptor: Any) -> list[int]:
    """Return the multiples of pixels at which tiles may have to begin: that of spandrel, and that of windows."""
    least = descriptor.size_requirements.multiple_of
    windows = [
        size
        for name, value in descriptor.model.hyperparameters.items()
        if "window" in name or "split" in name
        for size in (value if isinstance(value, (list, tuple)) else [value])
        if type(size) is int and size > 0
    ]
    both = math.lcm(least, *windows)
    return [one for one in dict.fromkeys((least, both)) if one <= MOST_MULTIPLE]


def _first(differences: Mapping[int, Tensor], tolerance: float) -> Reach | None:
    """Return the least distance beyond which all differences are small, for the first multiple with one."""
    for multiple, by_distance in differences.items():
        beyond = (by_distance > tolerance).nonzero()
        halo = int(beyond[-1]) + 1 + MARGIN if len(beyond) else 0
        if halo <= len(by_distance) // 2:
            return Reach(halo, multiple)
    return None


def _far(by_distance: Tensor) -> Tensor:
    return by_distance[3 * len(by_distance) // 4 :]


def _differences(network: Community, channels: int, length: int, multiple: int) -> Tensor:
    """Return the largest difference of a tile from the whole image, by the distance from the cut in input pixels.

    The image is a strip of about ``length`` pixels, of which the tile is two thirds; once it lies and is cut at its
    left end, once it stands and is cut at its lower end. Differences are relative to the largest value, if that is
    more than 1.
    """
    cut = multiple * (length // 3 // multiple // 2 * 2 + 1)  # an odd number, for windows of twice the size
    length = 3 * -(-max(cut, network.least) // multiple) * multiple
    height = -(-max(HEIGHT, network.least) // multiple) * multiple
    image = torch.rand(1, channels, height, length, generator=torch.Generator().manual_seed(0)) / 2
    image[..., :cut] += 0.5
    differences, largest = torch.zeros(length - cut), 1.0
    for turns in (0, 1):
        whole, tile = (
            network(one.rot90(turns, (-2, -1))).rot90(-turns, (-2, -1)) for one in (image, image[..., cut:])
        )
        largest = max(largest, float(whole.abs().max()))
        found = (tile - whole[..., cut * network.scale :]).abs().amax((0, 1, 2))
        differences = torch.maximum(differences, found.view(-1, network.scale).amax(1))
    return differences / largest
