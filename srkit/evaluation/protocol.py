"""The evaluation protocol: every choice of a measurement by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class EvaluationProtocol:
    """A protocol for measuring a model. The defaults are those of LapSRN's released evaluation code.

    Args:
        color: Measure BT.601 luma (y, 16..235) or RGB (rgb).
        border: Pixels cut off every side; None is the scale.
        quantise: Whether the result is rounded to 8 bits before it is measured.
        gray: repeat copies a gray image to RGB first (LapSRN's code), as_is takes it as luma (most tables).
        edge: What bicubic sees beyond the edge: the mirrored image (MATLAB), or the last pixel repeated.
        space: rgb shrinks 8-bit RGB and measures the luma of RGB; y takes the rounded luma first, and shrinks and
            enlarges that in floats, as the published bicubic tables do.
        ensemble: Whether the result is averaged over the eight orientations.
    """

    color: Literal["y", "rgb"] = "y"
    border: int | None = None
    quantise: bool = True
    gray: Literal["repeat", "as_is"] = "repeat"
    edge: Literal["symmetric", "clamp"] = "symmetric"
    space: Literal["rgb", "y"] = "rgb"
    ensemble: bool = False

    def describe(self, scale: int, lr: str) -> dict[str, str | int]:
        """Return the protocol as plain values, to stand beside every number.

        Args:
            scale: The scale, which is also the border unless a border is given.
            lr: Where the LR images came from, such as "bicubic" or "given".
        """
        if lr == "bicubic":
            lr = "bicubic of 8-bit RGB" if self.space == "rgb" else "bicubic of rounded luma, in floats"
        return {
            "color": "Y" if self.color == "y" else "RGB",
            "range": "16..235" if self.color == "y" else "0..255",
            "border": scale if self.border is None else self.border,
            "rounded": "8 bit" if self.quantise else "no",
            "gray": "repeated to RGB" if self.gray == "repeat" else "as it is",
            "LR": lr,
            "edge of bicubic": "mirrored" if self.edge == "symmetric" else "last pixel repeated",
            "self-ensemble": "8 orientations" if self.ensemble else "no",
            "mean": "over images",
        }
