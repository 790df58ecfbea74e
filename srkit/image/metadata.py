"""What a file says of its picture beside the pixels: its colour profile and EXIF."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from srkit.image import exif


@dataclass(frozen=True)
class Metadata:
    """A colour profile (ICC) and an EXIF block (from its byte order on), as bytes; None where there is none."""

    icc: bytes | None = None
    exif: bytes | None = None

    def renewed(self, height: int, width: int) -> Metadata:
        """Return what is true of the upright, enlarged picture. EXIF that is damaged is dropped."""
        if self.exif is None:
            return self
        try:
            return Metadata(self.icc, exif.renewed(self.exif, height, width))
        except struct.error:
            return Metadata(self.icc)

    def fitting(self, channels: int) -> Metadata:
        """Return it without a colour profile that is of gray where the picture is not, or the other way round."""
        if self.icc is None or (self.icc[16:20] == b"GRAY") == (channels < 3):
            return self
        return Metadata(None, self.exif)
