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
LONGEST = 3
"""Most networks that enlarge an image one after another: what a fourth would add is not in the image."""


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


def for_scale(scale: float) -> list[Shipped]:
    """Return the weights that srkit uses for ``scale``, one after the other.

    They are those of the smallest scale that is large enough. Beyond the largest scale, the weights of the largest
    come first, as often as it takes, and then those of the smallest scale that is enough for the rest: the first
    network sees the photograph itself, and works on the fewest pixels.

    Raises:
        CheckpointError: No weights come with srkit, or so many times larger would take more than ``LONGEST`` of
            them.
    """
    by_scale = sorted(
        (weights for weights in shipped() if weights.name.startswith(f"{FAMILY}-x")),
        key=lambda weights: weights.scale,
    )
    if not by_scale:
        raise CheckpointError(f"scale {scale:g}: srkit comes with weights for no scale; name a model (--model)")
    if scale > (most := by_scale[-1].scale ** LONGEST):
        raise CheckpointError(
            f"scale {scale:g}: wants at most {most}, which takes {LONGEST} networks one after another"
        )
    chain, reached = [], 1
    while reached * by_scale[-1].scale < scale:
        chain.append(by_scale[-1])
        reached *= by_scale[-1].scale
    return [*chain, next(weights for weights in by_scale if reached * weights.scale >= scale)]


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
