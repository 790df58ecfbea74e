"""Which files of several folders show the same picture: by their names, less what tells a size."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from srkit.errors import DataError

ENDING = re.compile(
    r"""(?<=.) (?:
        [-_]? (?:sr|lr|hr|gt) (?:bi)? [-_]? (?:x?\d{1,2})?                 # _HR, _LR4, LRBI_x4
      | [-_]? x\d{1,2} (?:\.\d+|[mdw]\d?)? (?:_max\d+)?                    # x4, _x4, _x1.5, x4m, _x2_max6000
      | _w\d+ (?:_h\d+)? | _h\d+ | _long\d+ | _mp\d+(?:\.\d+)?             # as srkit upscale ends its names
    ) $""",
    re.IGNORECASE | re.VERBOSE,
)
"""An ending of a file's name that tells its size, or that it is HR, LR or SR."""


def partners(wanted: Sequence[str], files: Mapping[str, Path]) -> dict[str, Path]:
    """Return the file of each wanted picture that has one, by the wanted name.

    Equal names belong together, and of the remaining ones those that are equal without their endings.

    Args:
        wanted: The names of the pictures, without suffix.
        files: Files by their names without suffix.

    Raises:
        DataError: Two files fit a picture equally well.
    """
    found = {name: files[name] for name in wanted if name in files}
    taken = set(found)
    free: dict[str, list[str]] = {}
    for name in files:
        if name not in taken:
            free.setdefault(bare(name), []).append(name)
    for name in wanted:
        if name in found or not (fitting := free.pop(bare(name), [])):
            continue
        if len(fitting) > 1:
            both = " and ".join(str(files[one]) for one in fitting[:2])
            raise DataError(f"{both}: both fit the picture {name!r}; leave one out")
        found[name] = files[fitting[0]]
    return {name: found[name] for name in wanted if name in found}


def bare(name: str) -> str:
    """Return a name without the ending that tells a size."""
    return ENDING.sub("", name)
