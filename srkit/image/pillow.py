"""Formats that Pillow decodes: BMP, GIF, AVIF, and HEIC where ``pillow-heif`` is installed."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any, Literal, cast

import numpy as np
from PIL import Image
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile

from srkit.image.array import Pixels
from srkit.image.exif import Encoded
from srkit.image.metadata import Header, Metadata
from srkit.image.png import ANIMATION
from srkit.image.quiet import quiet

Kind = Literal["bmp", "gif", "avif", "heic"]

HAS_HEIC = importlib.util.find_spec("pillow_heif") is not None
_QUALITY = 90
_MODES = {"1": "L", "L": "L", "LA": "LA", "P": "RGB", "RGB": "RGB", "RGBA": "RGBA", "RGBX": "RGB"}


def header(data: Encoded, kind: Kind) -> Header | None:
    """Return the header of a file; None if its pixels are of no known kind.

    Raises:
        OSError: It is cut off or damaged.
    """
    with _opened(data, kind) as picture:
        info, mode = picture.info, _mode(picture)
        if mode is None:
            return None
        block = info.get("exif")
        said = Metadata(info.get("icc_profile"), block and block.removeprefix(b"Exif\0\0"), info.get("xmp"))
        several = int(getattr(picture, "n_frames", 1)) > 1
        unfit = None if not several else "found several pictures" if kind == "heic" else ANIMATION
        return Header(picture.height, picture.width, len(mode), metadata=said, unfit=unfit)


def decode(data: bytes, kind: Kind) -> Pixels | None:
    """Decode a file to 8 bits (H,W,C); None if its pixels are of no known kind.

    Raises:
        OSError: It is cut off or damaged.
    """
    with _opened(data, kind) as picture:
        mode = _mode(picture)
        if mode is None:
            return None
        pixels = np.array(picture.convert(mode))
    return pixels if pixels.ndim == 3 else pixels[..., None]


def encode_avif(image: Pixels, quality: int | None, metadata: Metadata) -> bytes:
    """Return an AVIF of 8 bits (H,W,C), with full colour resolution, a colour profile, EXIF and XMP.

    Args:
        image: Gray, RGB or RGB with alpha.
        quality: From 1 to 100; None is 90.
        metadata: What is written beside the pixels.
    """
    file = io.BytesIO()
    Image.fromarray(image if image.shape[2] > 1 else image[..., 0]).save(
        file,
        "AVIF",
        quality=quality or _QUALITY,
        subsampling="4:4:4",
        icc_profile=metadata.icc or b"",
        exif=metadata.exif or b"",
        xmp=metadata.xmp or b"",
    )
    return file.getvalue()


@contextmanager
def _opened(data: Encoded, kind: Kind) -> Iterator[ImageFile]:
    """Yield a file opened by its own class, since ``Image.open`` warns about sizes that srkit allows.

    Raises:
        OSError: It is cut off or damaged.
    """
    file = cast(IO[bytes], io.BytesIO(data) if isinstance(data, bytes) else data)
    try:
        with quiet():
            opened = _OPENERS[kind](file)
        with opened as picture:
            yield picture
    except MemoryError:
        raise
    except Exception as error:  # libraries behind Pillow raise RuntimeError, SyntaxError and others
        raise OSError(str(error)) from None


def _heic(file: IO[bytes]) -> ImageFile:
    from pillow_heif.as_plugin import HeifImageFile

    return cast(ImageFile, cast(Any, HeifImageFile)(file))


_OPENERS: Mapping[Kind, Callable[[IO[bytes]], ImageFile]] = {
    "bmp": BmpImageFile,
    "gif": GifImageFile,
    "avif": AvifImageFile,
    "heic": _heic,
}


def _mode(picture: ImageFile) -> str | None:
    """Return the mode to which a picture is converted without loss."""
    if picture.mode == "P" and "transparency" in picture.info:
        return "RGBA"
    return _MODES.get(picture.mode)
