"""A photograph that was dropped on the page: its temporary file, and the picture that a browser shows of it."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import numpy as np

from srkit.errors import ImageError, TooLargeError
from srkit.image import exif, header
from srkit.image.codec import encode
from srkit.image.formats import IMAGE_SUFFIXES
from srkit.image.metadata import Header, Metadata
from srkit.image.photo import opened, read_photo

SHOWN = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp", "gif": "image/gif", "avif": "image/avif"}
"""The formats that browsers show, with their media types."""
MOST_CONVERTED = 2**26
"""Most pixels of a picture that is converted for the browser; a larger one can only be saved."""
LONGEST_NAME = 200


def clean(name: str) -> str:
    """Return the name of a file, without folders and control characters; it is shown, and never opened."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign for sign in last if sign.isprintable()).strip(" .")
    stem, dot, suffix = kept.rpartition(".")
    return f"{stem[:LONGEST_NAME]}{dot}{suffix[:8]}" if stem else kept[:LONGEST_NAME] or "photograph"


@dataclass
class Photograph:
    """A photograph in a temporary file, which is removed when nobody holds the photograph any more.

    Args:
        name: Its name on the person's disk, cleaned.
        folder: The folder that holds its file and nothing else.
        header: Its header, upright; it is read by ``open``.
    """

    name: str
    folder: Path
    header: Header = field(init=False)
    _holders: int = 1
    _lock: Lock = field(default_factory=Lock)

    @classmethod
    def new(cls, name: str, place: Path) -> Photograph:
        """Return a photograph without content; ``place`` is where temporary files go."""
        return cls(clean(name), Path(tempfile.mkdtemp(dir=place)))

    @property
    def file(self) -> Path:
        """The file. Its name is ours, except for its suffix, which is one of srkit's."""
        suffix = Path(self.name).suffix
        return self.folder / f"photograph{suffix if suffix.lower() in IMAGE_SUFFIXES else ''}"

    def open(self, max_pixels: int) -> None:
        """Read the header.

        Raises:
            ImageError: The file is no photograph that srkit reads, has several pages, or has too many pixels.
        """
        try:
            with opened(self.file) as file:
                if len(file) > 1:
                    raise ImageError(
                        f"{self.name}: has {len(file)} pages, and one picture is enlarged here; "
                        "the command srkit upscale enlarges all pages"
                    )
                self.header = file.look(max_pixels=max_pixels)
        except TooLargeError as error:
            raise TooLargeError(f"{self.said(error)}; start srkit-app with a larger --max-pixels") from None
        except ImageError as error:
            raise ImageError(self.said(error)) from None

    def said(self, message: object) -> str:
        """Return a message about the file with the name that the person knows."""
        return str(message).replace(str(self.file), self.name)

    def hold(self) -> None:
        """Keep the file until ``release`` is called once more."""
        with self._lock:
            self._holders += 1

    def release(self) -> None:
        """Let the file go; the last one who does removes it."""
        with self._lock:
            self._holders -= 1
            last = self._holders == 0
        if last:
            shutil.rmtree(self.folder, ignore_errors=True)


def shown(file: Path, max_pixels: int) -> tuple[bytes, str]:
    """Return a picture that a browser shows as srkit sees it, and its media type.

    It is the content of the file itself, or a PNG where browsers do not read the format, or would not turn it
    upright, or have other colours for CMYK.

    Raises:
        ImageError: The file cannot be read, or is too large to be converted.
    """
    with opened(file) as content:
        kind = header.format_of(content.data)
        found = content.look(max_pixels=max_pixels)
    block = found.metadata.exif
    lies = kind != "jpeg" and block is not None and exif.orientation(block) != 1
    if kind in SHOWN and not lies and not found.cmyk:
        return file.read_bytes(), SHOWN[kind]
    if found.height * found.width > MOST_CONVERTED:
        raise TooLargeError(f"{file}: has more than {MOST_CONVERTED:,} pixels, too many to be shown here")
    photo = read_photo(file, max_pixels)
    pixels = photo.pixels
    if pixels.dtype == np.float32:
        pixels = (pixels * 65535).round().astype(np.uint16)
    parts = encode(pixels, Path("shown.png"), None, Metadata(icc=photo.metadata.icc))
    return b"".join(parts), SHOWN["png"]
