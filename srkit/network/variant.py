"""The forms of a network that papers and releases name, and the scores that they publish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from srkit.network.color import Color

SETS = ("Set5", "Set14", "BSD100", "Urban100")
"""The test sets of the published scores, in the order of ``Variant.psnr``."""

Scores = tuple[float | None, float | None, float | None, float | None]


@dataclass(frozen=True)
class Variant:
    """A form of a network that a paper or a release names.

    A model says its variants in the class attribute ``variants``; a model that says none has one, with its
    defaults, for RGB.

    Args:
        name: Its name beside that of the model, such as ``large``; empty for the network that has the model's name
            alone.
        options: The options of the model that differ from their defaults, as YAML writes them.
        color: The colours that it was published for.
        scales: The scales at which it was published; empty for all that the model takes.
        psnr: Published PSNR by scale, for each of ``SETS``, None where it is not known: in dB, of luma, on images
            that were shrunk by bicubic, ``scale`` pixels cut off at every side.
        source: Where the scores are published; empty without scores.
    """

    name: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    color: Color = Color.RGB
    scales: tuple[int, ...] = ()
    psnr: Mapping[int, Scores] = field(default_factory=dict)
    source: str = ""

    def __post_init__(self) -> None:
        if bool(self.psnr) != bool(self.source):
            raise ValueError(f"variant {self.name!r}: wants scores and their source, or neither")
