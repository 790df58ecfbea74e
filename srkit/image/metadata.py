"""The metadata of a picture: its colour profile and EXIF."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from srkit.image import exif


@dataclass(frozen=True)
class Metadata:
    """A colour profile (ICC) and an EXIF block (from its byte order on), as bytes; None for a missing one."""

    icc: bytes | None = None
    exif: bytes | None = None

    def renewed(self, height: int, width: int) -> Metadata:
        """Return the metadata of the upright, enlarged picture. Damaged EXIF is dropped."""
        if self.exif is None:
            return self
        try:
            return Metadata(self.icc, exif.renewed(self.exif, height, width))
        except struct.error:
            return Metadata(self.icc)

    def fitting(self, channels: int) -> Metadata:
        """Return the metadata without a gray colour profile for a colour picture, or the other way round."""
        if self.icc is None or (self.icc[16:20] == b"GRAY") == (channels < 3):
            return self
        return Metadata(None, self.exif)
