"""``pictures/kernels.npz``: the blur kernels that made the LR images of a test set."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from srkit.atomic import whole
from srkit.errors import RunError


def write_kernels(path: Path, kernels: Mapping[str, NDArray[Any]]) -> None:
    """Write the kernels (k,k) of images by the images' names, whole or not at all.

    An image may have any name, so the arrays of the file are numbered, and ``names`` has the names.
    """
    arrays = {f"kernel_{index}": kernel for index, kernel in enumerate(kernels.values())}
    with whole(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, names=np.array(list(kernels)), **arrays)  # type: ignore[arg-type]


def read_kernels(path: Path) -> dict[str, NDArray[np.float64]]:
    """Read the kernels (k,k) by the names of their images; none where there is no such file.

    Raises:
        RunError: The file is damaged.
    """
    if not path.exists():
        return {}
    try:
        with np.load(path) as file:
            return {str(name): file[f"kernel_{index}"] for index, name in enumerate(file["names"])}
    except (KeyError, ValueError, OSError, EOFError, BadZipFile) as error:
        raise RunError(f"{path}: wants kernels and their names, but it is damaged: {error}") from None
