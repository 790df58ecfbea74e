"""A dataset for srkit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import numpy as np

import srkit
from srkit.image.array import UInt8Image


@srkit.dataset("starter")
class Starter:
    """Drawn images: waves of another direction and length each.

    Args:
        count: Number of images.
        side: Their side, in pixels.
    """

    scale = None
    """The degradation makes LR."""

    @srkit.limited
    def __init__(
        self, *, count: Annotated[int, srkit.Range(1)] = 8, side: Annotated[int, srkit.Range(16)] = 64
    ) -> None:
        self.side = side
        self.names = [f"wave_{index:03d}" for index in range(count)]

    def __len__(self) -> int:
        return len(self.names)

    def high(self, index: int) -> UInt8Image:
        """Return HR, uint8 (H,W,3)."""
        rows, columns = np.mgrid[: self.side, : self.side]
        angle, length = 0.7 * index, 4 + index
        phase = (rows * np.sin(angle) + columns * np.cos(angle)) * 2 * np.pi / length
        channels = [127.5 * (1 + np.sin(phase + shift)) for shift in (0, 2, 4)]
        return np.stack(channels, axis=-1).round().astype(np.uint8)

    def low(self, index: int) -> UInt8Image:
        """Raise an error, since the set has no LR of its own."""
        raise NotImplementedError(f"image {index} has no LR")

    def size(self, index: int) -> tuple[int, int]:  # noqa: ARG002
        """Return (H, W) of HR, without drawing it."""
        return self.side, self.side

    def key(self, index: int) -> str:
        """Return a string that differs where pixels do."""
        return f"starter|{self.side}|{index}"


@srkit.hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the parts of this package to srkit."""
    return [Starter]
