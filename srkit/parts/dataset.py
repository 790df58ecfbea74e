"""Datasets: collections of images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from srkit.registry import Kind
from srkit.slots import Slot

if TYPE_CHECKING:
    from pathlib import Path

    from srkit.image.array import UInt8Image

dataset = Kind(
    "dataset",
    gives="a sized collection of named images (or of LR/HR pairs), cheap to open, decoded late",
    contract="srkit.testing.dataset:dataset",
    room="srkit.datasets",
)


class ImageSet(Protocol):
    """A sized collection of named images, cheap to open, decoded late.

    A set of LR/HR pairs knows their ``scale``; where it is None, LR is to be made by a degradation, and ``low``
    is never called. Opened again it has the same images in the same order. Threads decode several at once.
    """

    @property
    def scale(self) -> int | None:
        """How many times larger HR is than the set's own LR; None where there is none."""
        ...

    @property
    def names(self) -> Sequence[str]:
        """The images' names, unique; pictures of each go into a folder of its name, so none leads out of one."""
        ...

    def __len__(self) -> int: ...

    def high(self, index: int, /) -> UInt8Image:
        """Decode the HR image, RGB or gray."""
        ...

    def low(self, index: int, /) -> UInt8Image:
        """Decode the LR image of a pair: HR's channels, its sides over the scale, rounded down or up."""
        ...

    def size(self, index: int, /) -> tuple[int, int]:
        """Return (height, width) of the HR image, without decoding it."""
        ...

    def key(self, index: int, /) -> str:
        """Return an identity of the image's present content, under which decoded pixels are cached."""
        ...


@runtime_checkable
class WithOriginals(Protocol):
    """An image set whose ``key`` identifies more than the photograph of HR."""

    def original(self, index: int, /) -> str:
        """Return the identity of the photograph, parts of which must not be in both training and test sets."""
        ...


@runtime_checkable
class WithDigests(Protocol):
    """An image set that recognises an image's content faster than by decoding it."""

    def digest(self, index: int, /) -> str:
        """Return a digest of the content of HR, and of LR if the set has it, equal for a copy elsewhere."""
        ...


@runtime_checkable
class WithLeftOut(Protocol):
    """An image set of a folder in which lie pictures that it does not have."""

    @property
    def left_out(self) -> Sequence[Path]:
        """The pictures of formats that srkit does not read."""
        ...


@runtime_checkable
class Mixed(Protocol):
    """An image set of several sources, from which training crops are drawn by weight."""

    @property
    def sources(self) -> Sequence[tuple[int, float]]:
        """The (number of images, weight above 0) of every source, in the order of the images."""
        ...


if TYPE_CHECKING:
    Dataset: TypeAlias = Slot[ImageSet]
else:
    Dataset = dataset.slot
