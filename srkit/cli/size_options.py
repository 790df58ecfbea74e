"""The size of results on the command line: one of several options."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from srkit.errors import DataError

if TYPE_CHECKING:
    from srkit.photographs.sizes import Size


def read_size(
    scale: float | None,
    width: int | None,
    height: int | None,
    long_side: int | None,
    megapixels: float | None,
    at_most: int | None,
) -> Size | None:
    """Return the size that the options wish for; None if it is a number of times, which the network may choose.

    Raises:
        DataError: Two options exclude one another, or the megapixels are no positive number.
    """
    from srkit.photographs.sizes import LongSide, Megapixels, Sides

    times = {"--scale": scale, "--at-most": at_most}
    sides = {"--width": width, "--height": height}
    given = [
        [name for name, value in group.items() if value is not None]
        for group in (times, sides, {"--long-side": long_side}, {"--megapixels": megapixels})
    ]
    groups = [names for names in given if names]
    if len(groups) > 1:
        raise DataError(
            f"{groups[0][0]} and {groups[1][0]}: each gives the size of the results; give one of them "
            "(--width and --height may stand together, and --scale and --at-most)"
        )
    if megapixels is not None:
        if not 0 < megapixels < math.inf:
            raise DataError(f"--megapixels {megapixels:g}: wants more than 0, such as 24")
        return Megapixels(megapixels)
    if long_side is not None:
        return LongSide(long_side)
    return None if width is None and height is None else Sides(width, height)
