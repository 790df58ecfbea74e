"""Names of runs, studies and tests as names of files."""

from __future__ import annotations

import re


def safe_filename(name: str) -> str:
    """Return ``name`` as the name of a file or folder that is not hidden; empty if no character is left.

    Names of runs, studies and tests may be any text, also paths, which would lead to other folders.
    """
    return re.sub(r"[^\w .-]+", "-", name).strip(" .-")
