"""Names that people give, as names of files."""

from __future__ import annotations

import re


def plain(name: str) -> str:
    """Return ``name`` as the name of one file or folder that is not hidden; empty where nothing of it is left.

    Names of runs, studies and tests may be any words: paths too, which would lead elsewhere.
    """
    return re.sub(r"[^\w .-]+", "-", name).strip(" .-")
