"""The versions of pictures that are compared: files in a folder, or what a network makes of LR."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from srkit.comparison.shown import read_shown, shown
from srkit.draws import Draws
from srkit.errors import ImageError, SrkitError
from srkit.image.array import UInt8Image
from srkit.image.convert import to_tensor, to_uint8
from srkit.image.crop import modcrop
from srkit.image.photo import read_photo
from srkit.parts.degradation import DegradationFn
from srkit.photographs.upscaler import Upscaler

LR, HR = "LR", "HR"
"""The names of what the networks are given, and of what is wanted, on the page."""


class Versions(Protocol):
    """One version of many pictures."""

    @property
    def name(self) -> str:
        """The name of the version on the page."""
        ...

    @property
    def about(self) -> str:
        """Where its pictures come from, in words."""
        ...

    def has(self, picture: str) -> bool:
        """Return whether there is this version of a picture."""
        ...

    def read(self, picture: str) -> UInt8Image:
        """Return this version of a picture, (H,W,3).

        Raises:
            ImageError: Its file cannot be read, or it cannot be enlarged.
        """
        ...


@dataclass(frozen=True)
class Files:
    """Files of pictures by the pictures' names."""

    name: str
    about: str
    files: Mapping[str, Path]

    def has(self, picture: str) -> bool:
        """Return whether there is such a file."""
        return picture in self.files

    def read(self, picture: str) -> UInt8Image:
        """Decode the file."""
        return read_shown(self.files[picture])


@dataclass(frozen=True)
class Shrunk:
    """LR that a degradation makes of HR, which is cut to a multiple of the scale."""

    about: str
    high: Files
    degradation: DegradationFn
    scale: int
    name: str = LR

    def has(self, picture: str) -> bool:
        """Return whether there is HR of this picture."""
        return self.high.has(picture)

    def read(self, picture: str) -> UInt8Image:
        """Shrink HR."""
        high = to_tensor(modcrop(self.high.read(picture), self.scale))
        return to_uint8(self.degradation(high, Draws.of([("example", 0, picture)])))


@dataclass(frozen=True)
class Enlarged:
    """What a network makes of LR, as ``srkit upscale`` would."""

    name: str
    about: str
    low: Files | Shrunk
    upscaler: Upscaler

    def has(self, picture: str) -> bool:
        """Return whether there is LR of this picture."""
        return self.low.has(picture)

    def read(self, picture: str) -> UInt8Image:
        """Enlarge LR, in the depth of its file."""
        low = self.low
        pixels = read_photo(low.files[picture]).pixels if isinstance(low, Files) else low.read(picture)
        try:
            return shown(self.upscaler(pixels))
        except (SrkitError, ValueError) as error:
            raise ImageError(f"{picture}: {self.name} cannot enlarge it: {error}") from None
