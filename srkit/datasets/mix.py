"""Several sets as one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Annotated

import srkit
from srkit.config.limits import Range, check_fields
from srkit.data.content import content_digest
from srkit.data.originals import original
from srkit.data.sources import sources_of
from srkit.errors import DataError
from srkit.image.array import UInt8Image
from srkit.parts import Dataset
from srkit.parts.dataset import ImageSet, WithLeftOut


@dataclass(frozen=True, kw_only=True)
class Source:
    """One set of the mix.

    Args:
        images: The set.
        weight: How often training crops are cut from it, relative to the other sets.
    """

    images: Dataset
    weight: Annotated[float, Range(above=0)] = 1.0

    def __post_init__(self) -> None:
        check_fields(self)


@srkit.dataset("mix")
class Mix:
    """Several sets as one, whose weights say how often training crops are cut from each.

    The set that crop k is cut from depends on the experiment's seed and on k alone. The number of images of a set
    does not matter for that, but for the length of an epoch, which counts all images once. For validation and test
    the weights do not matter: each image is measured once.

    Args:
        sources: Sets and weights by name: ``{div: {images: {use: folder, path: a}, weight: 3}, web: {...}}``. The
            name stands before those of its images: ``div/0001``.
    """

    def __init__(self, *, sources: dict[str, Source]) -> None:
        if not sources:
            raise ValueError("sources must name at least one set, got none")
        if unfit := [name for name in sources if "/" in name or name in ("", ".", "..")]:
            raise ValueError(f"names of sources must be names of folders, got {unfit[0]!r}")
        self.sets: Mapping[str, ImageSet] = {name: source.images() for name, source in sources.items()}
        self.weights = {name: source.weight for name, source in sources.items()}
        self.scale = _scale(self.sets)
        self._ends = list(accumulate(len(images) for images in self.sets.values()))

    @cached_property
    def names(self) -> Sequence[str]:
        """The name of the set, followed by that of the image."""
        return [f"{source}/{name}" for source, images in self.sets.items() for name in images.names]

    @property
    def sources(self) -> Sequence[tuple[int, float]]:
        """The number of images of each set, and its weight; a mix in a mix shares its weight out among its sets."""
        found = []
        for name, images in self.sets.items():
            inner = sources_of(images)
            total = sum(weight for _, weight in inner)
            found += [(count, self.weights[name] * weight / total) for count, weight in inner]
        return found

    @property
    def left_out(self) -> Sequence[Path]:
        """The pictures of formats that srkit does not read, of all sets."""
        found = (images.left_out for images in self.sets.values() if isinstance(images, WithLeftOut))
        return [file for files in found for file in files]

    def __len__(self) -> int:
        return self._ends[-1]

    def high(self, index: int) -> UInt8Image:
        """Decode the HR image."""
        images, place = self._place(index)
        return images.high(place)

    def low(self, index: int) -> UInt8Image:
        """Decode the LR image of a pair."""
        images, place = self._place(index)
        return images.low(place)

    def size(self, index: int) -> tuple[int, int]:
        """Return (height, width) of the HR image."""
        images, place = self._place(index)
        return images.size(place)

    def key(self, index: int) -> str:
        """Return the identity that the image has in its own set."""
        images, place = self._place(index)
        return images.key(place)

    def digest(self, index: int) -> str:
        """Return the digest that the image has in its own set."""
        return content_digest(*self._place(index))

    def original(self, index: int) -> str:
        """Return the identity of the photograph that it has in its own set."""
        return original(*self._place(index))

    def _place(self, index: int) -> tuple[ImageSet, int]:
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        index %= len(self)
        number = bisect_right(self._ends, index)
        return list(self.sets.values())[number], index - (self._ends[number - 1] if number else 0)


def _scale(sets: Mapping[str, ImageSet]) -> int | None:
    """Return the one scale of all sets.

    Raises:
        DataError: The scales differ, or one set has LR and another has none.
    """
    (first, images), *others = sets.items()
    for name, other in others:
        if other.scale != images.scale:
            raise DataError(
                f"mix: wants {_kind(images)} in {name!r}, as in {first!r}, found {_kind(other)}; mix sets of one "
                "kind"
            )
    return images.scale


def _kind(images: ImageSet) -> str:
    return "images without LR" if images.scale is None else f"pairs of x{images.scale}"
