"""The images in a shard: a whole, uncompressed tar in which every name stands once."""

from __future__ import annotations

import tarfile
from pathlib import Path

from srkit.errors import DataError
from srkit.image.archive import SENSELESS, TAR_ERRORS, Member, compression, headers, is_image
from srkit.image.formats import IMAGE_SUFFIXES

PIECE = 2**20
"""Bytes of the end of a tar that are looked at at a time."""


def shard_members(shard: Path) -> list[Member]:
    """Return the images in a shard, in its order; other members, and hidden ones, are left out.

    Raises:
        DataError: The shard is missing, compressed, damaged or cut off, or goes on behind its end; or it holds no
            image, one name twice, or a link in place of an image.
    """
    try:
        if kind := compression(shard):
            raise DataError(
                f"{shard}: wants an uncompressed tar, in which each image can be reached by itself, found a file "
                f"compressed by {kind}; unpack it (images are compressed already)"
            )
        return _checked(shard)
    except OSError as error:
        raise DataError(f"{shard}: cannot be read: {error.strerror}") from None
    except tarfile.TarError as error:
        raise DataError(f"{shard}: wants a whole tar, found a file that is none or is damaged: {error}") from None
    except TAR_ERRORS:
        raise DataError(
            f"{shard}: wants a whole tar, found a file that is none or is damaged: {SENSELESS}"
        ) from None


def _checked(shard: Path) -> list[Member]:
    found: dict[str, Member] = {}
    with tarfile.open(shard, "r:") as opened:
        for one in headers(opened):
            name = one.name.removeprefix("./")
            if one.isdir() or not is_image(shard, name):
                continue
            if not one.isreg() or one.issparse():
                kind = f"a link to {one.linkname}" if one.islnk() or one.issym() else "a sparse or special file"
                raise DataError(
                    f"{shard / name}: wants an image, found {kind}; pack it again by tar -h --hard-dereference"
                )
            if name in found:
                raise DataError(f"{shard}: wants every name once, found {name!r} twice; pack it again")
            found[name] = Member(shard, name, one.offset_data, one.size)
        _check_end(shard, opened.offset)
    if not found:
        raise DataError(f"{shard}: wants images ({', '.join(IMAGE_SUFFIXES)}) in it, found none")
    return list(found.values())


def _check_end(shard: Path, place: int) -> None:
    """Check that a tar ends where its last member does; ``tarfile`` takes any rubbish there for the end.

    Raises:
        DataError: The mark of the end is missing, or something follows it.
    """
    with open(shard, "rb") as file:
        file.seek(place)
        if len(start := file.read(tarfile.BLOCKSIZE)) < tarfile.BLOCKSIZE:
            raise DataError(
                f"{shard}: wants a whole tar, found one that is cut off: the mark of its end is missing; copy it "
                "or pack it again"
            )
        while start:
            if start.strip(b"\0"):
                raise DataError(
                    f"{shard}: wants one whole tar, found more behind its last member, from byte {place:,} on: it "
                    "is damaged, or several tars were put one behind the other; pack it again"
                )
            start = file.read(PIECE)
