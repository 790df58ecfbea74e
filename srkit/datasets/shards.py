"""The images in shards."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

import srkit
from srkit.data.shard_index import ShardIndex, read_shards
from srkit.datasets.files import unique_names
from srkit.datasets.split import split_of
from srkit.errors import DataError
from srkit.image.array import UInt8Image
from srkit.image.files import read_content


class ShardedImages:
    """HR images in shards, each read from its place.

    Args:
        names: A unique name for every image.
        shards: The shards.
        rows: (N,2), the number of the shard and the place within it of every image.
    """

    scale = None

    def __init__(self, names: Sequence[str], shards: Sequence[ShardIndex], rows: NDArray[np.int32]) -> None:
        self.names, self.shards, self.rows = names, shards, rows

    def __len__(self) -> int:
        return len(self.names)

    def high(self, index: int) -> UInt8Image:
        """Decode the HR image.

        Raises:
            ImageError: It is damaged, or its shard has changed since it was opened.
        """
        shard, row = self._place(index)
        member = shard.member(row)
        return read_content(member.read(), member.path)

    def low(self, index: int) -> UInt8Image:
        """Raise an error, since there is no LR here."""
        raise NotImplementedError

    def size(self, index: int) -> tuple[int, int]:
        """Return (height, width) of the HR image."""
        shard, row = self._place(index)
        height, width = shard.sizes[row].tolist()
        return height, width

    def key(self, index: int) -> str:
        """Return an identity of the image's present content: path, size and time of the shard, and its name."""
        shard, row = self._place(index)
        return f"{shard.identity()}|{shard.names[row]}"

    def digest(self, index: int) -> str:
        """Return a digest of the bytes of the image, which is the same outside the shard.

        At the first call all shards whose digests are not known are read.
        """
        shard, row = self._place(index)
        if not shard.has_contents:
            waiting = [one for one in self.shards if not one.has_contents]
            read_shards("reading shards", waiting, ShardIndex.read_contents)
        return shard.digest(row)

    def _place(self, index: int) -> tuple[ShardIndex, int]:
        shard, row = self.rows[index].tolist()
        return self.shards[shard], row


@srkit.dataset("shards")
@srkit.limited
def shards(
    *,
    path: Path,
    split: Literal["all", "train", "validate", "test"] = "all",
    shares: list[Annotated[float, srkit.Range(0)]] = [80.0, 15.0, 5.0],  # noqa: B006 - read, never changed
    split_seed: int = 0,
) -> ShardedImages:
    """The images in the uncompressed tars of a folder, as WebDataset has them; LR is made by the degradation.

    The images are those of the folder that the tars were packed from, in the same order and under the same names,
    however they are spread over the tars. Each is read from its place, so that the crops of a training are those of
    the folder, too.

    Args:
        path: A folder of tars, or one tar.
        split: The part of the images to use; every image is in exactly one of train, validate and test.
        shares: Sizes of the three parts, relative to one another.
        split_seed: Seed that decides which image is in which part.
    """
    opened = [ShardIndex(tar) for tar in _tars(path)]
    read_shards("reading shards", [one for one in opened if not one.has_headers], ShardIndex.read_headers)
    images = sorted(
        ((name, shard, row) for shard, one in enumerate(opened) for row, name in enumerate(one.names)),
        key=lambda image: image[0].split("/"),  # the order of a folder
    )
    for (name, shard, _), (following, other, _) in pairwise(images):
        if name == following:
            raise DataError(
                f"{path}: wants every image once, found {name!r} in {opened[shard].shard.name} and in "
                f"{opened[other].shard.name}; pack them again"
            )
    names = unique_names([name for name, _, _ in images])
    chosen = split_of(names, split, shares, split_seed, str(path))
    places = np.array([image[1:] for image in images], np.int32)[chosen]
    return ShardedImages([names[index] for index in chosen], opened, places)


def _tars(path: Path) -> list[Path]:
    """Return the tars of a folder, sorted.

    Raises:
        DataError: There is none, or one is compressed.
    """
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise DataError(f"{path}: wants a folder of tars, or one tar, found nothing of that name")
    files = sorted(file for file in path.iterdir() if not file.name.startswith("."))
    if packed := [file for file in files if ".tar." in file.name.lower() or file.suffix.lower() == ".tgz"]:
        raise DataError(
            f"{packed[0]}: wants an uncompressed tar, in which each image can be reached by itself; unpack it "
            "(images are compressed already), or put it into another folder"
        )
    if not (tars := [file for file in files if file.suffix.lower() == ".tar"]):
        raise DataError(f"{path}: wants a folder of tars (.tar), found none in it")
    return tars
