"""Random square patches of another set's images."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Annotated

import srkit
from srkit.data.content import content_digests
from srkit.data.originals import original
from srkit.data.sources import sources_of
from srkit.errors import DataError
from srkit.image.array import UInt8Image
from srkit.parts import Dataset
from srkit.parts.dataset import ImageSet
from srkit.seeds import seed_of


@srkit.dataset("patches")
class Patches:
    """Random square patches of another set's images, each as an image by itself, for papers that score patches.

    A mean over patches differs from a mean over whole images. The place of a patch depends on
    (seed, name of its image, number of the patch) alone.

    Args:
        of: The set whose images are cut.
        size: Side of a patch in HR pixels; a multiple of the scale if the set has its own LR.
        count: Number of patches of every image.
        seed: Seed of their places.
    """

    @srkit.limited
    def __init__(
        self,
        *,
        of: Dataset,
        size: Annotated[int, srkit.Range(1)] = 128,
        count: Annotated[int, srkit.Range(1)] = 100,
        seed: int = 0,
    ) -> None:
        self.images: ImageSet = of()
        self.step = self.images.scale or 1
        if size % self.step:
            raise ValueError(f"size must be a multiple of the scale {self.step}, got {size}")
        self.side, self.count = size, count
        small = [name for index, name in enumerate(self.images.names) if min(self.images.size(index)) < size]
        if small:
            raise DataError(f"{small[0]}: wants an image of at least {size} x {size} pixels to cut patches from")
        self.corners = [
            _corner(seed_of("patch", seed, name, number), self.images.size(index), size, self.step)
            for index, name in enumerate(self.images.names)
            for number in range(count)
        ]
        self._last: dict[bool, tuple[int, UInt8Image]] = {}

    @property
    def scale(self) -> int | None:
        """HR over LR of the set that is cut."""
        return self.images.scale

    @cached_property
    def names(self) -> Sequence[str]:
        """The image's name, followed by the number of the patch."""
        return [f"{name}-{number}" for name in self.images.names for number in range(self.count)]

    @property
    def sources(self) -> Sequence[tuple[int, float]]:
        """The number of patches, and the weight, of each source of the set that is cut."""
        return [(images * self.count, weight) for images, weight in sources_of(self.images)]

    def __len__(self) -> int:
        return len(self.corners)

    def high(self, index: int) -> UInt8Image:
        """Return the HR patch."""
        return self._cut(index, low=False)

    def low(self, index: int) -> UInt8Image:
        """Return the LR patch of a pair."""
        return self._cut(index, low=True)

    def size(self, index: int) -> tuple[int, int]:  # noqa: ARG002 - all are of one size
        """Return (height, width) of the HR patch."""
        return self.side, self.side

    def key(self, index: int) -> str:
        """Return an identity of the image's content and the patch's place."""
        return f"{self.images.key(index // self.count)}#{self.corners[index]}+{self.side}"

    def digest(self, index: int) -> str:
        """Return a digest of the image's content and of the patch's place."""
        return f"{self._digests[index // self.count]}#{self.corners[index]}+{self.side}"

    @cached_property
    def _digests(self) -> Sequence[str]:
        return list(content_digests(self.images))

    def original(self, index: int) -> str:
        """Return an identity of the photograph that the patch was cut from."""
        return original(self.images, index // self.count)

    def _cut(self, index: int, *, low: bool) -> UInt8Image:
        pixels = self._decoded(index // self.count, low)
        factor = self.step if low else 1
        top, left, side = (value // factor for value in (*self.corners[index], self.side))
        return pixels[top : top + side, left : left + side].copy()  # a view would keep the whole image in memory

    def _decoded(self, image: int, low: bool) -> UInt8Image:
        """Decode an image once for all of its patches, which are asked for in order."""
        kept = self._last.get(low)
        if kept is None or kept[0] != image:
            kept = image, (self.images.low if low else self.images.high)(image)
            self._last[low] = kept
        return kept[1]


def _corner(digits: int, size: tuple[int, int], side: int, step: int) -> tuple[int, int]:
    """Return (top, left) in HR pixels, multiples of ``step``."""
    height, width = size
    digits, top = divmod(digits, (height - side) // step + 1)
    left = digits % ((width - side) // step + 1)
    return top * step, left * step
