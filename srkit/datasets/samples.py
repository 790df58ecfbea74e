"""The photographs that come with srkit."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import srkit
from srkit.datasets.files import ImageFiles, names_of
from srkit.image.search import find

PHOTOGRAPHS = Path(__file__).parent / "photographs"


@srkit.dataset("samples")
def samples(*, split: Literal["all", "train", "validate", "test"] = "all") -> ImageFiles:
    """The photographs in the package, without compression artefacts; LICENCES.csv names their authors.

    Args:
        split: The part of the photographs to use; no photograph is in two parts.
    """
    folder = PHOTOGRAPHS if split == "all" else PHOTOGRAPHS / split
    files = find(folder)
    return ImageFiles(names_of(files, folder), files)
