"""HR and LR images in two folders."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import srkit
from srkit.datasets.files import ImageFiles, names_of
from srkit.datasets.split import split_of
from srkit.errors import DataError
from srkit.image.files import find, size

SHOWN = 5
SUFFIX = re.compile(r"[-_]?(?:lr|hr|gt)?[-_]?(?:x\d|)$", re.IGNORECASE)


@srkit.dataset("pairs")
def pairs(
    *,
    high: Path,
    low: Path,
    split: Literal["all", "train", "validate", "test"] = "all",
    shares: list[float] = [80.0, 15.0, 5.0],  # noqa: B006 - read, never changed
    split_seed: int = 0,
) -> ImageFiles:
    """LR and HR images of the same names in two folders, such as DIV2KRK; endings like x4 do not count.

    Args:
        high: The folder of HR images.
        low: The folder of LR images.
        split: Which part of the pairs; every pair is in exactly one of train, validate and test.
        shares: How large these are, relative to one another.
        split_seed: Decides which pair is in which.
    """
    highs, lows = _by_name(high), _by_name(low)
    if highs.keys() != lows.keys():
        lines = [f"{highs[name]}: has no partner in {low}" for name in highs if name not in lows]
        lines += [f"{lows[name]}: has no partner in {high}" for name in lows if name not in highs]
        more = [f"... and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
        raise DataError("\n".join([*lines[:SHOWN], *more]))
    names = sorted(highs)
    chosen = [names[index] for index in split_of(names, split, shares, split_seed, str(high))]
    high_files, low_files = [highs[name] for name in chosen], [lows[name] for name in chosen]
    sizes = [size(file) for file in high_files]
    return ImageFiles(chosen, high_files, low_files, _scale(high_files, low_files, sizes), sizes)


def _by_name(folder: Path) -> dict[str, Path]:
    """Return the images by name, without the endings that tell LR from HR.

    Raises:
        DataError: Two files have one name.
    """
    files = find(folder)
    found: dict[str, Path] = {}
    for name, file in zip(names_of(files, folder), files, strict=True):
        short = SUFFIX.sub("", name) or name
        if short in found:
            raise DataError(f"{file}: has the same name as {found[short]}; a pair is found by its name")
        found[short] = file
    return found


def _scale(highs: Sequence[Path], lows: Sequence[Path], sizes: Sequence[tuple[int, int]]) -> int:
    """Return the one scale of all pairs: LR is HR divided by it, rounded down or up.

    Raises:
        DataError: A pair does not fit the others; names the files.
    """
    scale = 0
    for high, low, (height, width) in zip(highs, lows, sizes, strict=True):
        low_height, low_width = size(low)
        found = round(height / low_height)
        fits = found >= 1 and all(
            large // found <= small <= -(-large // found)
            for large, small in ((height, low_height), (width, low_width))
        )
        if not fits or (scale and found != scale):
            wanted = (
                f"{width // scale} x {height // scale} (x{scale}, as the first pair)" if scale else "a whole scale"
            )
            raise DataError(
                f"{low}: wants LR of {wanted} for {high} ({width} x {height}), found {low_width} x {low_height}"
            )
        scale = found
    return scale
