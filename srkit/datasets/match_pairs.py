"""Matching HR files with LR files by their names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from srkit.errors import DataError

SHOWN = 5
ENDING = re.compile(
    r"""(?<=.) (?:
        [-_]? (?:lr|hr|gt) (?:bi)? [-_]? (?:x?\d{1,2})?    # _HR, _LR4, LRx4, _LRBI_x4
      | [-_]? x\d{1,2} (?:[mdw]\d?)?                       # x4, _x4; DIV2K's x4m, x4d, x4w1
    ) $""",
    re.IGNORECASE | re.VERBOSE,
)
"""An ending of a file name that marks LR or HR, or gives the scale."""


def match_pairs(highs: Mapping[str, Path], lows: Mapping[str, Path], high: Path, low: Path) -> dict[str, Path]:
    """Return the LR file of every HR image, by the HR image's name.

    Equal names belong together. Of the remaining ones, names belong together that are equal once
    an ending is removed from LR's, from HR's, or from both: ``fox1`` does not count as ``fo`` at x1
    if there is a ``fox1x4``.

    Args:
        highs: HR files by name.
        lows: LR files by name.
        high: The folder of HR images, for messages.
        low: The folder of LR images.

    Raises:
        DataError: An image has no partner, or several; the message names the first few.
    """
    found = {name: lows[name] for name in highs if name in lows}
    taken = set(found)  # the LR files that were matched
    for short_high, short_low in ((_same, _bare), (_bare, _same), (_bare, _bare)):
        free: dict[str, list[str]] = {}
        for name in lows:
            if name not in taken:
                free.setdefault(short_low(name), []).append(name)
        for name in highs:
            if name in found or not (fitting := free.pop(short_high(name), [])):
                continue
            if len(fitting) > 1:
                both = " and ".join(repr(str(lows[one])) for one in fitting[:2])
                raise DataError(f"{highs[name]}: wants one LR image, found {both}; leave the others out")
            found[name] = lows[fitting[0]]
            taken.add(fitting[0])
    _refuse_alone(
        [f"{path}: has no partner in {low}" for name, path in highs.items() if name not in found]
        + [f"{path}: has no partner in {high}" for name, path in lows.items() if name not in taken]
    )
    return found


def _same(name: str) -> str:
    return name


def _bare(name: str) -> str:
    return ENDING.sub("", name)


def _refuse_alone(lines: list[str]) -> None:
    if lines:
        more = [f"... and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
        raise DataError("\n".join([*lines[:SHOWN], *more]))
