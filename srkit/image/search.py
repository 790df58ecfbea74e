"""The image files in a folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from srkit.errors import DataError
from srkit.image.formats import IMAGE_SUFFIXES, LEFT_OUT_SUFFIXES

OF_SYSTEMS = frozenset(
    {"@eaDir", "#recycle", "#snapshot", "$RECYCLE.BIN", "__MACOSX", "System Volume Information", "lost+found"}
)
"""Folders of thumbnails and deleted files that storage systems and archives keep beside photographs."""


UNREAD = "of a format that srkit does not read"
"""Why pictures in a folder are left out."""


@dataclass(frozen=True)
class Found:
    """The pictures in a folder and below it.

    Args:
        images: The files to read, sorted.
        others: Pictures of formats that srkit does not read, sorted.
    """

    images: list[Path]
    others: list[Path]


def search(folder: Path) -> Found:
    """Search a folder and all below it; hidden files, and folders of storage systems, are left out.

    Links to folders are followed, but each folder is searched once, and no link to a folder around it is followed.

    Raises:
        DataError: The folder is missing, or holds a folder that cannot be read.
    """
    if not folder.is_dir():
        found = "a file" if folder.exists() else "nothing of that name"
        raise DataError(f"{folder}: wants a folder of images, found {found}")
    every = [(path, os.path.splitext(path)[1].lower()) for path in _below(folder)]
    return Found(
        _sorted(path for path, suffix in every if suffix in IMAGE_SUFFIXES),
        _sorted(path for path, suffix in every if suffix in LEFT_OUT_SUFFIXES),
    )


def _sorted(paths: Iterable[str]) -> list[Path]:
    """Return paths in the order of their parts, as ``sorted`` puts Paths, which takes four times as long."""
    return [Path(path) for path in sorted(paths, key=lambda path: path.split(os.sep))]


def find(folder: Path) -> list[Path]:
    """Return the images that ``search`` finds.

    Raises:
        DataError: As in ``search``, or there is no image.
    """
    return search_images(folder).images


def search_images(folder: Path) -> Found:
    """Search a folder as ``search`` does, and refuse one without images.

    Raises:
        DataError: As in ``search``, or there is no image.
    """
    found = search(folder)
    if not found.images:
        others = f"; {named(found.others)} cannot be read" if found.others else ""
        raise DataError(f"{folder}: wants images ({', '.join(IMAGE_SUFFIXES)}), found none{others}")
    return found


def named(paths: list[Path], most: int = 3) -> str:
    """Return the names of some files in words, such as "a.psd, b.psd and 5 more"."""
    names = [path.name for path in paths[:most]]
    return f"{', '.join(names)} and {len(paths) - most} more" if len(paths) > most else ", ".join(names)


def _below(folder: Path) -> Iterator[str]:
    """Yield the files below a folder that are not hidden, and broken links, which count as missing images."""
    seen: set[str] = set()
    waiting = [os.fspath(folder)]  # links are followed last: a picture is named by its own folder if it has one
    for start in waiting:
        places = [start]
        while places:
            place = places.pop()
            real = os.path.realpath(place)
            if real in seen:
                continue
            seen.add(real)
            for entry in _entries(place):
                if not _is_folder(entry):
                    path = entry.path
                    if entry.is_file(follow_symlinks=False) or os.path.isfile(path) or not os.path.exists(path):
                        yield path
                elif entry.name in OF_SYSTEMS:
                    continue
                elif not entry.is_symlink():
                    places.append(entry.path)
                elif not Path(real).is_relative_to(os.path.realpath(entry.path)):
                    waiting.append(entry.path)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """Return what is not hidden in a folder, sorted by name."""
    try:
        with os.scandir(folder) as entries:  # it knows files and folders without asking for each
            shown = [entry for entry in entries if not entry.name.startswith(".")]
    except OSError as error:
        raise DataError(f"{error.filename}: cannot be read: {error.strerror}") from None
    return sorted(shown, key=lambda entry: entry.name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # such as a link to itself
        return False
