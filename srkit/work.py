"""The images that pass from stage to stage on the way from HR to LR."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from torch import Tensor


@dataclass(frozen=True)
class Work:
    """A batch of images that a chain of stages works on. Stages return a new one and change none.

    Attributes:
        images: One tensor (1,C,H,W) for each image of the batch. Sizes may differ, as each image may be resized
            by a factor of its own; C is 3, or 1 for gray images. Values are about [0,1]: they are neither clipped
            nor rounded between stages.
        low_size: (height, width) that LR will have, in pixels.
        drawn: The values that the stage drew, by name; the first dimension of each tensor is the number of images.
    """

    images: tuple[Tensor, ...]
    low_size: tuple[int, int]
    drawn: Mapping[str, Tensor] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.images)

    def rows(self, rows: Sequence[int]) -> Work:
        """Return the work on some of the images, without drawn values."""
        return Work(tuple(self.images[row] for row in rows), self.low_size)

    def becomes(self, images: Iterable[Tensor], **drawn: Tensor) -> Work:
        """Return the work with other images, and the values that were drawn to make them."""
        return replace(self, images=tuple(images), drawn={**self.drawn, **drawn})
