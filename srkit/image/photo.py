"""A photograph as its viewer sees it: upright, with its transparency, its colour profile and its EXIF."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from mmap import mmap
from pathlib import Path

from srkit.image import exif, header, pages
from srkit.image.array import Pixels, turned
from srkit.image.codec import MAX_PIXELS, checked_header, decode
from srkit.image.exif import Encoded
from srkit.image.files import mapped
from srkit.image.metadata import Header, Metadata

CUT_OFF = "names a further page beyond the end of the file, which may be cut off; that page is left out"
"""What is said of such a TIFF."""


@dataclass(frozen=True)
class Photo:
    """A picture and what its file says about it.

    Args:
        pixels: The pixels (H,W,C) of 8 or 16 bits, or floats in [0,1]; C from 1 to 4.
        metadata: Their metadata.
        lossless_webp: Whether the file is a lossless WebP.
        note: What of the file is left out or converted, in words; None if nothing.
    """

    pixels: Pixels
    metadata: Metadata
    lossless_webp: bool
    note: str | None = None


class PhotoFile:
    """The content of a file that holds a photograph, or of a TIFF that holds several, one a page.

    Args:
        data: All bytes; which page of a TIFF is its first is changed in them.
        path: The name of the file in messages.
    """

    def __init__(self, data: mmap, path: Path) -> None:
        self.data, self.path = data, path
        data.seek(0)  # libraries read from where the last one stopped
        is_tiff = header.format_of(data) == "tiff"
        self._pages = pages.places(data) if is_tiff else []
        self._note = CUT_OFF if is_tiff and pages.lead_out(data) else None

    def __len__(self) -> int:
        """Return the number of pages; 1 for a file without pages."""
        return max(1, len(self._pages))

    @property
    def byte_order(self) -> str:
        """The order of bytes in the numbers of a TIFF, in the notation of ``struct``."""
        return exif.byte_order(self.data)

    def look(self, page: int = 0, max_pixels: int = MAX_PIXELS) -> Header:
        """Return the header of a page, for its upright orientation; nothing is decoded.

        Args:
            page: Its number, from 0.
            max_pixels: A larger picture is refused.

        Raises:
            ImageError: As in ``read_photo``, except that data behind the header is not checked.
        """
        name = self._turn_to(page)
        found = _looked(self.data, name, max_pixels)
        return replace(found, note=found.note or self._note)

    def read(self, page: int = 0, max_pixels: int = MAX_PIXELS) -> Photo:
        """Return a page, turned as its EXIF says.

        Args:
            page: Its number, from 0.
            max_pixels: A larger picture is refused before anything is allocated.

        Raises:
            ImageError: As in ``read_photo``.
        """
        name = self._turn_to(page)
        found = _read(bytes(self.data), name, max_pixels)
        return replace(found, note=found.note or self._note)

    def _turn_to(self, page: int) -> Path:
        """Make a page the first one, and return its name in messages."""
        self.data.seek(0)
        if len(self) == 1:
            return self.path
        pages.isolate(self.data, self._pages[page])
        return Path(f"{self.path}, page {page + 1}")


@contextmanager
def opened(path: Path) -> Iterator[PhotoFile]:
    """Yield the content of a file.

    Raises:
        ImageError: The file is missing, empty, or a folder.
    """
    with mapped(path, writable=True) as data:
        yield PhotoFile(data, path)


def read_photo(path: Path, max_pixels: int = MAX_PIXELS) -> Photo:
    """Read a file of one photograph, turned as its EXIF says.

    Raises:
        ImageError: The file is missing, empty, cut off, too large, no image, or holds several pictures or
            other colours than gray and RGB.
    """
    with mapped(path) as view:
        data = bytes(view)
    return _read(data, path, max_pixels)


def _read(data: bytes, name: Path, max_pixels: int) -> Photo:
    found = checked_header(data, name, max_pixels)
    pixels = turned(decode(data, name, max_pixels), _orientation(data, found))
    return Photo(pixels, found.metadata, found.lossless_webp, found.note)


def _looked(data: Encoded, name: Path, max_pixels: int) -> Header:
    found = checked_header(data, name, max_pixels)
    lies = _orientation(data, found) > 4
    return replace(found, height=found.width, width=found.height) if lies else found


def _orientation(data: Encoded, found: Header) -> int:
    """Return the orientation of decoded pixels; decoders turn a TIFF and a HEIC themselves."""
    block = found.metadata.exif
    return exif.orientation(block) if block and header.format_of(data) not in ("tiff", "heic") else 1
