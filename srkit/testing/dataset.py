"""The contract of datasets."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from srkit.image.array import UInt8Image
from srkit.parts.dataset import ImageSet, WithDigests, WithOriginals
from srkit.registry import Part
from srkit.testing.making import CHANNELS, Make

DECODED = 5
"""Number of images whose pixels are checked: the first, the last and some between."""


def dataset(part: Part, make: Make) -> None:
    """Check that a set has named images, is the same whenever it is opened, and gives pixels of the stated sizes.

    Names, sizes and keys of all images are checked, and pixels of ``DECODED`` images.
    """
    images: ImageSet = make()
    count, scale = len(images), images.scale
    assert count > 0, f"{part}: wants an image at least, has none"
    assert scale is None or (type(scale) is int and scale >= 2), (
        f"{part}: wants a scale of None or 2 and up, {scale!r}"
    )
    _names(part, images)
    _keys(part, images, make())
    shown = sorted({round(place) for place in np.linspace(0, count - 1, DECODED)})
    for index in shown:
        _pixels(part, images, index)
    _read_by_threads(part, images, shown)


def _names(part: Part, images: ImageSet) -> None:
    """Check the names: pictures of an image go into a folder of its name within the run."""
    names = list(images.names)
    assert len(names) == len(images), f"{part}: wants a name for each of {len(images)} images, has {len(names)}"
    for name in names:
        assert isinstance(name, str), f"{part}: wants names that are strings, found {name!r}"
        path = PurePosixPath(name)
        inside = path.parts and not path.is_absolute() and ".." not in path.parts
        assert inside, f"{part}: wants names that stay within a folder (no '', '/...' or '..'), found {name!r}"
    assert len({PurePosixPath(name) for name in names}) == len(names), (
        f"{part}: wants names that differ, has {names}"
    )


def _keys(part: Part, images: ImageSet, again: ImageSet) -> None:
    """Check the keys, by which decoded pixels are cached, and training and test images are told apart."""
    keys = [images.key(index) for index in range(len(images))]
    assert all(isinstance(key, str) for key in keys), f"{part}: wants keys that are strings, found {keys[0]!r}"
    assert keys == [images.key(index) for index in range(len(images))], (
        f"{part}: a key must stay as long as its image"
    )
    _differ(part, images, keys)
    found = list(again.names), [again.key(index) for index in range(len(again))]
    assert found == (list(images.names), keys), (
        f"{part}: opened again it has other names or keys, or another order; a resumed run could not go on"
    )
    if isinstance(images, WithOriginals):
        originals = [images.original(index) for index in range(len(images))]
        assert all(isinstance(one, str) for one in originals), f"{part}: wants originals that are strings"
    if isinstance(images, WithDigests) and isinstance(again, WithDigests):
        digests, later = ([one.digest(index) for index in range(len(one))] for one in (images, again))
        assert all(isinstance(one, str) for one in digests), f"{part}: wants digests that are strings"
        assert digests == later, f"{part}: opened again it has other digests, so a study would train again"


def _differ(part: Part, images: ImageSet, keys: Sequence[str]) -> None:
    """Check that images with equal keys have equal pixels, as two patches from one place have."""
    places: dict[str, list[int]] = {}
    for index, key in enumerate(keys):
        places.setdefault(key, []).append(index)
    shared = [indices for indices in places.values() if len(indices) > 1]
    for first, second, *_ in shared[:DECODED]:
        same = np.array_equal(images.high(first), images.high(second))
        assert same, (
            f"{part}: wants keys that differ where images do, {images.names[first]!r} and another share one"
        )


def _pixels(part: Part, images: ImageSet, index: int) -> None:
    high, size, name = images.high(index), tuple(images.size(index)), images.names[index]
    _is_image(part, high, f"HR of {name!r}")
    assert high.shape[:2] == size, f"{part}: says {size} is the size of {name!r}, whose HR is {high.shape[:2]}"
    if images.scale is None:
        return
    low = images.low(index)
    _is_image(part, low, f"LR of {name!r}")
    sides = [(side // images.scale, -(-side // images.scale)) for side in size]
    fits = all(got in wanted for got, wanted in zip(low.shape, sides, strict=False))
    assert fits, f"{part}: wants LR of {name!r} {images.scale} times smaller than {size}, gave {low.shape[:2]}"
    assert low.shape[2] == high.shape[2], f"{part}: wants LR and HR of {name!r} both gray or both RGB"


def _is_image(part: Part, pixels: Any, what: str) -> None:
    if not isinstance(pixels, np.ndarray):
        raise AssertionError(f"{part}: wants {what} as a NumPy array, gave {type(pixels).__name__}")
    right = pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] in CHANNELS
    assert right, f"{part}: wants {what} uint8 (H,W,C), C 1 or 3, gave {pixels.dtype} {pixels.shape}"


def _read_by_threads(part: Part, images: ImageSet, shown: list[int]) -> None:
    """Check that images decoded by several threads at once equal images decoded alone."""
    ways = [images.high] if images.scale is None else [images.high, images.low]
    for read in ways:
        alone: list[UInt8Image] = [read(index).copy() for index in shown]
        with ThreadPoolExecutor(4) as threads:
            together = list(threads.map(read, shown * 2))
        same = all(np.array_equal(one, other) for one, other in zip(alone * 2, together, strict=True))
        assert same, f"{part}: gives other pixels when an image is read again, or by several threads"
