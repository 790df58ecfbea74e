"""Matrices for MATLAB, in version 4 of its format, which needs no library."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from srkit.atomic import whole

LITTLE_ENDIAN_DOUBLES = 0


def write_matrix(path: Path, name: str, matrix: NDArray[np.float64]) -> None:
    """Write one matrix (rows, columns) under an ASCII name, whole or not at all; ``load`` and SciPy read it."""
    rows, columns = matrix.shape
    word = name.encode("ascii") + b"\0"
    header = struct.pack("<5i", LITTLE_ENDIAN_DOUBLES, rows, columns, 0, len(word))
    with whole(path) as temporary:
        temporary.write_bytes(header + word + matrix.astype("<f8").tobytes(order="F"))
