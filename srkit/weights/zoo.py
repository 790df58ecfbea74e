"""The weights that come with srkit; their metadata are read without torch."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from srkit.errors import CheckpointError
from srkit.weights.card import Card

FOLDER = Path(__file__).parents[1] / "zoo"
FAMILY = "lapsrn"
"""The model whose weights are used if none is named."""


@dataclass(frozen=True)
class Shipped:
    """Weights in the package: their name, file and metadata."""

    name: str
    path: Path
    metadata: Mapping[str, Any]
    parameters: int

    @property
    def scale(self) -> int:
        """How many times larger they make an image."""
        return int(self.metadata["scale"])

    @property
    def card(self) -> Card | None:
        """Their training and their scores."""
        return Card.read(self.metadata)


def names() -> list[str]:
    """Return the names of all shipped weights, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.safetensors"))


def path_of(name: str) -> Path | None:
    """Return the file of the shipped weights ``name``."""
    return FOLDER / f"{name}.safetensors" if name in names() else None


def shipped() -> list[Shipped]:
    """Return all shipped weights, by name.

    Raises:
        CheckpointError: A file is damaged.
    """
    return [_read(FOLDER / f"{name}.safetensors") for name in names()]


def for_scale(scale: float) -> Shipped:
    """Return the weights that srkit uses for ``scale``: those of the smallest scale that is large enough.

    Raises:
        CheckpointError: There are no shipped weights for so large a scale.
    """
    by_scale = sorted(
        (weights for weights in shipped() if weights.name.startswith(f"{FAMILY}-x")),
        key=lambda weights: weights.scale,
    )
    for weights in by_scale:
        if weights.scale >= scale:
            return weights
    largest = f"up to x{by_scale[-1].scale}; enlarge twice" if by_scale else "for no scale; name a model (--model)"
    raise CheckpointError(f"scale {scale:g}: srkit comes with weights {largest}")


def _read(path: Path) -> Shipped:
    """Read the header of a safetensors file: its length, then JSON."""
    try:
        with open(path, "rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            header = json.loads(file.read(length))
        metadata = json.loads(header.pop("__metadata__")["srkit"])
    except (OSError, ValueError, KeyError, struct.error) as error:
        raise CheckpointError(f"{path}: is damaged or no weights of srkit: {error}") from None
    return Shipped(path.stem, path, metadata, sum(prod(tensor["shape"]) for tensor in header.values()))
