"""A folder of HR images."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import srkit
from srkit.datasets.files import ImageFiles, names_of
from srkit.datasets.split import split_of
from srkit.image.search import search_images


@srkit.dataset("folder")
@srkit.limited
def folder(
    *,
    path: Path,
    split: Literal["all", "train", "validate", "test"] = "all",
    shares: list[Annotated[float, srkit.Range(0)]] = [80.0, 15.0, 5.0],  # noqa: B006 - read, never changed
    split_seed: int = 0,
) -> ImageFiles:
    """All images in a folder and below; LR is made by the degradation.

    Args:
        path: The folder.
        split: The part of the images to use; every image is in exactly one of train, validate and test.
        shares: Sizes of the three parts, relative to one another.
        split_seed: Seed that decides which image is in which part.
    """
    found = search_images(path)
    files = found.images
    names = names_of(files, path)
    chosen = split_of(names, split, shares, split_seed, str(path))
    chosen_files = [files[index] for index in chosen]
    return ImageFiles([names[index] for index in chosen], chosen_files, left_out=found.others)
