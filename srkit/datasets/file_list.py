"""The images that a text file lists."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

import srkit
from srkit.datasets.files import ImageFiles, names_of
from srkit.datasets.split import split_of
from srkit.errors import DataError, ImageError
from srkit.image.files import size


@srkit.dataset("file_list")
@srkit.limited
def file_list(
    *,
    path: Path,
    split: Literal["all", "train", "validate", "test"] = "all",
    shares: list[Annotated[float, srkit.Range(0)]] = [80.0, 15.0, 5.0],  # noqa: B006 - read, never changed
    split_seed: int = 0,
) -> ImageFiles:
    """The images that a text file names, one path a line; LR is made by the degradation.

    Paths are relative to the folder of the list. Empty lines, and lines that begin with ``#``, do not count. An
    image's name is its path, from the folder of the list, or else from the folder that holds all images.

    Args:
        path: The list, a text file in UTF-8.
        split: The part of the images to use; every image is in exactly one of train, validate and test.
        shares: Sizes of the three parts, relative to one another.
        split_seed: Seed that decides which image is in which part.
    """
    lines = _files(path)
    files = list(lines)
    names = names_of(files, _root(files, path.parent))
    chosen = [files[index] for index in split_of(names, split, shares, split_seed, str(path))]
    by_file = dict(zip(files, names, strict=True))
    try:
        return ImageFiles([by_file[file] for file in chosen], chosen)
    except ImageError:
        _blame(path, {file: lines[file] for file in chosen})
        raise


def _blame(path: Path, lines: Mapping[Path, int]) -> None:
    """Refuse the first file that is missing or no image, with the line of the list that names it.

    Raises:
        ImageError: Names the list, the line and the file.
    """
    for file, line in lines.items():
        try:
            size(file)
        except ImageError as error:
            raise ImageError(f"{path}:{line}: {error}") from None


def _files(path: Path) -> dict[Path, int]:
    """Return the listed files in the order of the list, each with the number of its line.

    Raises:
        DataError: The list cannot be read, names no image, or names one twice.
    """
    found: dict[Path, int] = {}
    for number, line in _lines(path):
        file = Path(os.path.normpath(path.parent / line))
        if file in found:
            raise DataError(f"{path}:{number}: wants every image once, found {line!r} in line {found[file]} too")
        found[file] = number
    if not found:
        raise DataError(f"{path}: wants paths of images, one a line, found none")
    return found


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"{path}: wants a list of images, which cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise DataError(f"{path}: wants a list of images, a text file in UTF-8, found other bytes") from None
    for number, line in enumerate(text.splitlines(), 1):
        if (stripped := line.strip()) and not stripped.startswith("#"):
            yield number, stripped


def _root(files: list[Path], beside: Path) -> Path:
    """Return the folder that names are relative to."""
    beside = Path(os.path.normpath(beside))
    if all(file.is_relative_to(beside) for file in files):
        return beside
    return Path(os.path.commonpath([os.path.abspath(file.parent) for file in files]))
