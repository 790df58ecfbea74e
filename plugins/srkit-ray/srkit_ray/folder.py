"""A folder that a process writes in, and its copy elsewhere.

This module travels to the nodes as it is, so it imports nothing but Python's own library.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

TRIES = 50
"""Attempts at a snapshot; between two of them the process wrote something."""


class State(NamedTuple):
    """The state of a file, by which a change of it is noticed: inode, size in bytes, time in nanoseconds."""

    inode: int
    size: int
    written: int


Listing = dict[str, State]
"""The files of a folder by their paths in it. Hidden ones are locks and unfinished files, and are left out."""

Files = dict[str, bytes | None]
"""Contents by path, in the order in which they are to be put into place; None is a file that is gone."""


def listing(folder: Path) -> Listing:
    """Return the files in ``folder`` and below."""
    found = {}
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if not name.startswith("."):
                path = Path(place, name)
                state = path.stat()
                found[path.relative_to(folder).as_posix()] = State(state.st_ino, state.st_size, state.st_mtime_ns)
    return found


def changes(folder: Path, known: Listing) -> tuple[Files, Listing]:
    """Return the files that have changed since ``known``, all as they were at one moment, and the new listing.

    The process in the folder may append to files and replace them meanwhile. A file that is open stays what it was
    when it is replaced, and what is appended lies behind its listed size. So it is enough that nothing changed
    between the listing and the opening of all files. If something always did, nothing is returned this time.
    """
    for _ in range(TRIES):
        with ExitStack() as stack:
            try:
                now = listing(folder)
                changed = sorted((path for path in now if now[path] != known.get(path)), key=_order(known, now))
                opened = {path: stack.enter_context(open(folder / path, "rb")) for path in changed}
                if listing(folder) != now:
                    continue
            except FileNotFoundError:  # it was replaced meanwhile
                continue
            files: Files = dict.fromkeys(sorted(known.keys() - now.keys()))
            return files | {path: file.read(now[path].size) for path, file in opened.items()}, now
    return {}, known


def put(folder: Path, files: Mapping[str, bytes | None]) -> None:
    """Put files into ``folder``, in their order, each whole or not at all."""
    parts = {}
    for path, content in files.items():
        if content is not None:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            parts[path] = target.with_name(f".{target.name}.part")
            parts[path].write_bytes(content)
    for path in files:
        if path in parts:
            parts[path].replace(folder / path)
        else:
            (folder / path).unlink(missing_ok=True)


def _order(known: Listing, now: Listing) -> Callable[[str], tuple[bool, int]]:
    """Return the key that sorts changed files as a kill may interrupt them: grown ones first, then the oldest.

    What a file had before it grew is still in it, so a log may come before the checkpoint that it belongs to. Files
    that were written anew keep their order, so that a summary, which says that all the rest is there, comes last.
    """

    def key(path: str) -> tuple[bool, int]:
        before = known.get(path)
        grown = before is not None and before.inode == now[path].inode and before.size < now[path].size
        return not grown, now[path].written

    return key
