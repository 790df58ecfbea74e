"""The images that one of several processes measures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from srkit.image.array import UInt8Image
from srkit.parts.dataset import ImageSet


@dataclass(frozen=True)
class Share:
    """Every ``count``-th image of a set, from number ``rank`` on; there may be none."""

    images: ImageSet
    rank: int
    count: int

    @property
    def scale(self) -> int | None:
        """The scale of the set's own LR; None where it has none."""
        return self.images.scale

    @cached_property
    def names(self) -> list[str]:
        """The names of these images."""
        return list(self.images.names)[self.rank :: self.count]

    def __len__(self) -> int:
        return len(range(self.rank, len(self.images), self.count))

    def high(self, index: int, /) -> UInt8Image:
        """Return the HR pixels of an image (H,W,C)."""
        return self.images.high(self._place(index))

    def low(self, index: int, /) -> UInt8Image:
        """Return the LR pixels of an image (h,w,C)."""
        return self.images.low(self._place(index))

    def size(self, index: int, /) -> tuple[int, int]:
        """Return height and width of HR."""
        return self.images.size(self._place(index))

    def key(self, index: int, /) -> str:
        """Return what an image is cached by."""
        return self.images.key(self._place(index))

    def _place(self, index: int) -> int:
        return self.rank + index * self.count
