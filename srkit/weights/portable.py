"""Metadata without paths of the machine on which they were written, since files of weights are given to others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

WITHIN = re.compile(r"""(?<![\w/:.~\\])(?:~|[A-Za-z]:(?=[\\/]))?(?:[\\/][^\s\\/'"=,;]+){2,}""")
"""An absolute path of two names or more within a text, such as a command; no part of a URL."""


def portable(value: Any) -> Any:
    """Return plain values in which every absolute path has become the name of its file or folder.

    A relative path stays as it is, and so does a single name after a slash within a longer text.
    """
    if isinstance(value, Mapping):
        return {name: portable(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [portable(one) for one in value]
    if not isinstance(value, str):
        return value
    for whole in (PurePosixPath(value), PureWindowsPath(value)):
        if whole.is_absolute() and whole.name and "\n" not in value:
            return whole.name
    return WITHIN.sub(lambda found: PureWindowsPath(found.group()).name, value)
