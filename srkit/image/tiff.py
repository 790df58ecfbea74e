"""TIFF files with content that OpenCV loses: transparency, 16 bits in planes, EXIF and colour profiles."""

from __future__ import annotations

import io
import logging
import struct
from typing import IO, cast

import numpy as np
from PIL.TiffImagePlugin import TiffImageFile
from tifffile import COMPRESSION, TIFF, TiffFile, TiffPage, TiffWriter

from srkit.image import exif
from srkit.image.array import Pixels, turned
from srkit.image.exif import Encoded
from srkit.image.metadata import Metadata

ICC = 34675
_INKS = {5: "CMYK", 8: "CIELAB", 9: "CIELAB", 10: "CIELAB"}
_RGB, _PALETTE, _YCBCR = 2, 3, 6
_PLANES, _MULTIPLIED = 2, 1
_MODES = {2: "LA", 4: "RGBA"}

logging.getLogger("tifffile").setLevel(logging.CRITICAL + 1)  # srkit's own errors name the file


def opened(data: Encoded) -> TiffFile:
    """Open a TIFF, which the caller closes."""
    return TiffFile(cast(IO[bytes], io.BytesIO(data) if isinstance(data, bytes) else data))


def first_page(file: TiffFile) -> TiffPage:
    """Return the page that decoders read."""
    page = file.pages[0]
    assert isinstance(page, TiffPage)
    return page


def channels(page: TiffPage) -> int:
    """Return the number of channels of the decoded image."""
    return 3 if page.photometric == _PALETTE else min(page.samplesperpixel, 4)


def orientation(page: TiffPage) -> int:
    """Return the orientation of the picture, 1 (upright) to 8."""
    return int(page.tags.valueof(exif.ORIENTATION, default=1))


def metadata(data: Encoded) -> Metadata:
    """Return the colour profile, and the first directory's description of the picture as EXIF.

    Raises:
        struct.error: The directory is cut off.
    """
    profile = exif.values(data).get(ICC)
    return Metadata(profile[1] if profile else None, exif.from_tiff(data))


def unfit(file: TiffFile) -> str | None:
    """Return what decoding would lose of the picture, in words; None if it loses nothing."""
    page = first_page(file)
    every = (file.pages[index] for index in range(len(file.pages)))  # pages may form a ring
    pages = [one for one in every if not getattr(one, "subfiletype", 0) & 1]  # 1: a smaller copy
    deep, colored = page.bitspersample == 16, page.photometric in (_RGB, _YCBCR)
    if len(pages) > 1:
        return f"found {len(pages)} pages"
    if page.subfiletype & 1:
        return "found a smaller copy of it first, as in a camera's raw file; develop that first"
    if page.photometric in _INKS:
        return f"found {_INKS[page.photometric]}; turn it to RGB first, with its colour profile"
    if deep and page.photometric == 0:
        return "found 16 bits with white as zero"
    if deep and not colored and page.samplesperpixel > 1:
        return "found 16-bit gray with alpha, which is read from a PNG alone"
    if deep and _MULTIPLIED in page.extrasamples:
        return "found 16 bits with colours multiplied by their alpha; save it without (unassociated alpha)"
    return _unreadable(page)


def decode(data: bytes) -> Pixels | None:
    """Decode, upright, TIFFs that OpenCV gets wrong: 8 bits with alpha, and planes of 16 bits; None for others.

    OpenCV multiplies the colours of the first kind by their alpha, and drops the alpha of gray; for the second
    kind it returns uninitialised memory.

    Raises:
        OSError: The file is cut off or damaged.
        ValueError: The file cannot be read.
    """
    with opened(data) as file:
        page = first_page(file)
        if _in_planes(page):
            if why := _unreadable(page):
                raise ValueError(why)
            colors = 3 if page.photometric == _RGB else 1
            try:
                planes = np.moveaxis(page.asarray(), 0, -1)[..., : colors + 1]
            except Exception as error:  # tifffile does not check what it reads, so it may raise any error
                raise OSError(str(error)) from None
            return turned(planes.astype(np.uint16), orientation(page))
        if page.bitspersample != 8 or page.samplesperpixel not in _MODES:
            return None
        mode = _MODES[page.samplesperpixel]
    with TiffImageFile(io.BytesIO(data)) as picture:
        return np.array(picture.convert(mode))


def encode(image: Pixels, metadata: Metadata) -> memoryview:
    """Return a TIFF of (H,W,C), C being 1, 3 or 4, with a colour profile and EXIF.

    The block of EXIF stands at the start, where it stood in its own file, so that pointers into it, also those of a
    maker's note, stay valid. The entries of its directory can therefore be copied unchanged.

    Raises:
        ValueError: The picture is too large for a TIFF.
    """
    block, color = metadata.exif or b"", image.shape[2] > 1
    try:
        places_in_block = {tag: place for tag, place in exif.places(block).items() if tag in exif.values(block)}
    except struct.error:
        block, places_in_block = b"", {}
    order, file = exif.byte_order(block), io.BytesIO()
    with TiffWriter(file, byteorder=">" if order == ">" else "<") as writer:
        file.seek(8)
        file.write(block[8:] + bytes(len(block) % 2))
        writer.write(
            image if color else image[..., 0],
            photometric="rgb" if color else "minisblack",
            planarconfig="contig" if color else None,
            extrasamples=["unassalpha"] if image.shape[2] == 4 else None,
            compression="zlib",
            compressionargs={"level": 4},
            predictor=True,
            iccprofile=metadata.icc,
            software=False,
            metadata=None,
        )
    with file.getbuffer() as content:
        entries = {tag: content[at : at + 12].tobytes() for tag, at in exif.places(content).items()}
    kept = {tag: entry for tag, entry in entries.items() if tag not in exif.DESCRIBES}  # not its resolution
    kept |= {tag: block[at : at + 12] for tag, at in places_in_block.items() if tag in exif.DESCRIBES}
    place = file.seek(0, io.SEEK_END)
    place += file.write(bytes(place % 2))
    file.write(struct.pack(order + "H", len(kept)) + b"".join(kept[tag] for tag in sorted(kept)) + bytes(4))
    file.seek(4)
    file.write(struct.pack(order + "I", place))
    return file.getbuffer()


def _in_planes(page: TiffPage) -> bool:
    return page.bitspersample == 16 and page.planarconfig == _PLANES and page.samplesperpixel > 1


def _unreadable(page: TiffPage) -> str | None:
    if _in_planes(page) and page.compression not in TIFF.DECOMPRESSORS:
        name = COMPRESSION(page.compression).name
        return f"found 16-bit channels in planes, packed by {name}; save it with its channels interleaved"
    return None
