"""Whether images fit what is wanted of them, from their headers alone."""

from __future__ import annotations

from srkit.errors import DataError
from srkit.slots import ImageSet

SHOWN = 5


def crop_sizes(images: ImageSet, scale: int, patch: int) -> list[tuple[int, int]]:
    """Return (height, width) of every image in LR pixels.

    Raises:
        DataError: An image is smaller than a crop of ``patch`` HR pixels, or the set's own LR has another scale.
    """
    check_scale(images, scale)
    sizes = [images.size(index) for index in range(len(images))]
    small = [
        f"{images.names[index]} ({width} x {height})"
        for index, (height, width) in enumerate(sizes)
        if min(height, width) < patch
    ]
    if small:
        more = f" and {len(small) - SHOWN} more" if len(small) > SHOWN else ""
        raise DataError(
            f"train.patch: wants images of at least {patch} x {patch} pixels, "
            f"found {', '.join(small[:SHOWN])}{more}; lower train.patch or leave them out"
        )
    return [(height // scale, width // scale) for height, width in sizes]


def check_scale(images: ImageSet, scale: int) -> None:
    """Refuse pairs of another scale.

    Raises:
        DataError: Names the scale that is wanted and the one found.
    """
    if images.scale is not None and images.scale != scale:
        raise DataError(
            f"{images.names[0]}: wants LR {scale} times smaller than HR, found pairs of x{images.scale}; "
            "set scale, or give the LR folder of this scale"
        )


def same_channels(name: str, low: int, high: int) -> None:
    """Refuse a pair of which one is gray and the other RGB.

    Raises:
        DataError: Names the image and the channels of both.
    """
    if low != high:
        kinds = {1: "gray", 3: "RGB"}
        raise DataError(f"{name}: wants LR and HR both gray or both RGB, found {kinds[low]} and {kinds[high]}")
