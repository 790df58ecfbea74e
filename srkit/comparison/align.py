"""Versions of a picture laid on one another, although their sizes may differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from srkit.image.array import UInt8Image

SLACK = 8
"""Sizes that differ by fewer pixels are one size: HR need not be a multiple of the scale, which is 8 at most."""


@dataclass(frozen=True)
class Aligned:
    """Versions of a picture that cover one another.

    Args:
        height: Height of the largest versions in pixels.
        width: Their width.
        pictures: The versions (h,w,3) that have the picture's shape, by their names; the largest ones are
            cut at the right and at the bottom to the same size.
        sizes: Width and height of every version before that, in words.
        misfits: The names of the versions of another shape.
    """

    height: int
    width: int
    pictures: Mapping[str, UInt8Image]
    sizes: Mapping[str, str]
    misfits: tuple[str, ...]

    @property
    def full(self) -> list[str]:
        """The names of the versions of the largest size, which can be compared pixel by pixel."""
        return [name for name, one in self.pictures.items() if one.shape[:2] == (self.height, self.width)]

    def crop(self, name: str, top: int, left: int, height: int, width: int) -> UInt8Image:
        """Return a place of a version; it is given in pixels of the largest versions."""
        picture = self.pictures[name]
        down, across = picture.shape[0] / self.height, picture.shape[1] / self.width
        first, start = int(top * down), int(left * across)
        last, end = round((top + height) * down), round((left + width) * across)
        return picture[first : max(last, first + 1), start : max(end, start + 1)]


def align(pictures: Mapping[str, UInt8Image], reference: str | None) -> Aligned:
    """Lay versions (h,w,3) of a picture on one another.

    Args:
        pictures: The versions by their names.
        reference: The version that has the right shape; None is the largest one.
    """
    ruling = reference or max(pictures, key=lambda name: pictures[name].shape[0] * pictures[name].shape[1])
    most = pictures[ruling].shape[:2]
    large = [
        one.shape
        for one in pictures.values()
        if all(abs(side - other) < SLACK for side, other in zip(one.shape[:2], most, strict=True))
    ]
    height, width = min(shape[0] for shape in large), min(shape[1] for shape in large)
    fitting, misfits = {}, []
    for name, one in pictures.items():
        if one.shape in large:
            fitting[name] = one[:height, :width]
        elif abs(one.shape[1] * (factor := height / one.shape[0]) - width) < 2 * max(1.0, factor):
            fitting[name] = one  # its shape is the same to two pixels
        else:
            misfits.append(name)
    sizes = {name: f"{one.shape[1]} x {one.shape[0]}" for name, one in pictures.items()}
    return Aligned(height, width, fitting, sizes, tuple(misfits))
