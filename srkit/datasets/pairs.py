"""HR and LR images in two folders."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import srkit
from srkit.datasets.files import ImageFiles, names_of
from srkit.datasets.match_pairs import match_pairs
from srkit.datasets.split import split_of
from srkit.errors import DataError
from srkit.image.search import search_images


@srkit.dataset("pairs")
@srkit.limited
def pairs(
    *,
    high: Path,
    low: Path,
    split: Literal["all", "train", "validate", "test"] = "all",
    shares: list[Annotated[float, srkit.Range(0)]] = [80.0, 15.0, 5.0],  # noqa: B006 - read, never changed
    split_seed: int = 0,
) -> ImageFiles:
    """LR and HR images of the same names in two folders, such as DIV2KRK; endings like x4 do not count.

    Args:
        high: The folder of HR images.
        low: The folder of LR images.
        split: The part of the pairs to use; every pair is in exactly one of train, validate and test.
        shares: Sizes of the three parts, relative to one another.
        split_seed: Seed that decides which pair is in which part.
    """
    found = {folder: search_images(folder) for folder in (high, low)}
    highs, lows = (_by_name(folder, found[folder].images) for folder in (high, low))
    partners = match_pairs(highs, lows, high, low)
    names = list(highs)
    chosen = [names[index] for index in split_of(names, split, shares, split_seed, str(high))]
    high_files, low_files = [highs[name] for name in chosen], [partners[name] for name in chosen]
    left_out = [*found[high].others, *found[low].others]
    images = ImageFiles(chosen, high_files, low_files, left_out=left_out)
    images.scale = _scale(images)
    return images


def _by_name(folder: Path, files: Sequence[Path]) -> dict[str, Path]:
    return dict(zip(names_of(files, folder), files, strict=True))


def _scale(images: ImageFiles) -> int:
    """Return the one scale of all pairs: LR is HR divided by it, rounded down or up.

    Raises:
        DataError: A pair does not fit or has another scale than the first; the message names the files.
    """
    scale = 0
    files = zip(images.high_files, images.low_files, images.sizes, images.low_sizes(), strict=True)
    for high, low, (height, width), (low_height, low_width) in files:
        found = scale or round(height / low_height)
        wanted = (height // found, width // found) if found else (0, 0)
        if not all(
            short and short <= got <= -(-long // found)
            for short, got, long in zip(wanted, (low_height, low_width), (height, width), strict=True)
        ):
            fitting = f"{wanted[1]} x {wanted[0]} (x{scale}, as the first pair)" if scale else "a whole scale"
            raise DataError(
                f"{low}: wants LR of {fitting} for {high} ({width} x {height}), found {low_width} x {low_height}"
                f"{'; are high and low the wrong way round?' if low_height > height else ''}"
            )
        scale = found
    return scale
