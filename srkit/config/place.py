"""The places where values were written."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from srkit.config.merge import Keys


class Mark(NamedTuple):
    """The place where a value was written.

    ``place`` is ``FILE:LINE`` or the text of an override, as messages show it. ``folder`` is where a relative path
    starts from: the file's folder, or for an override the working folder.
    """

    place: str
    folder: Path


Marks = dict[Keys, Mark]
Layer = tuple[dict[str, Any], Marks]
