"""TIFF: its header, and what OpenCV loses of it: transparency, planes of 16 bits, floats, CMYK, metadata."""

from __future__ import annotations

import io
import logging
import struct
from typing import IO, cast

import numpy as np
from PIL.TiffImagePlugin import TiffImageFile
from tifffile import COMPRESSION, TIFF, TiffFile, TiffPage, TiffWriter

from srkit.image import cmyk, exif
from srkit.image.array import Pixels, turned
from srkit.image.exif import Encoded
from srkit.image.metadata import Header, Metadata
from srkit.image.quiet import quiet

ICC, XMP = 34675, 700
_INKS = {8: "CIELAB", 9: "CIELAB", 10: "CIELAB"}
_BLACK_IS_ZERO, _RGB, _PALETTE, _CMYK, _YCBCR, _MOSAIC, _LINEAR_RAW = 1, 2, 3, 5, 6, 32803, 34892
_UNSIGNED, _FLOATS = 1, 3
_INCH, _CENTIMETER = 2, 3
_PLANES, _MULTIPLIED = 2, 1
SMALLER, _PAGE = 1, 2
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


def header(data: Encoded) -> Header:
    """Return the header of a TIFF.

    Raises:
        ValueError: It is cut off or makes no sense.
    """
    try:
        with opened(data) as file:
            page = first_page(file)
            sides = page.imagelength, page.imagewidth
            height, width = reversed(sides) if orientation(page) > 4 else sides
            said, why = metadata(data, file), unfit(file)
            inks = page.photometric == _CMYK
            return Header(
                height,
                width,
                3 if inks else channels(page),
                page.bitspersample == 16,
                cmyk.converted(said) if inks else said,
                why,
                note=cmyk.NOTE if inks and not why else None,
                floats=page.sampleformat == _FLOATS,
                cmyk=inks,
            )
    except Exception as error:  # tifffile does not check what it reads, so it may raise any error
        raise ValueError(str(error)) from None


def metadata(data: Encoded, file: TiffFile) -> Metadata:
    """Return the colour profile, XMP, and the first directory's description of the picture as EXIF.

    Raises:
        struct.error: The directory is cut off.
    """
    page = first_page(file)
    profile, xmp = page.tags.valueof(ICC), page.tags.valueof(XMP)
    if file.is_bigtiff:  # its directories are built in another way
        return Metadata(profile, None, xmp, _dpi(page))
    return Metadata(profile, exif.from_tiff(data), xmp, _dpi(page))


def unfit(file: TiffFile) -> str | None:
    """Return what decoding would lose of the picture, in words; None if it loses nothing."""
    page = first_page(file)
    every = (file.pages[index] for index in range(len(file.pages)))  # pages may form a ring
    pages = [one for one in every if not getattr(one, "subfiletype", 0) & SMALLER]
    deep, colored = page.bitspersample == 16, page.photometric in (_RGB, _YCBCR)
    if len(pages) > 1:
        return f"found {len(pages)} pages"
    if page.subfiletype & SMALLER:
        return "found a smaller copy of it first, as in a camera's raw file; develop that first"
    if page.photometric == _CMYK:
        return None if page.bitspersample == 8 and ICC in page.tags else cmyk.WITHOUT_PROFILE
    if page.photometric in _INKS:
        return f"found {_INKS[page.photometric]}; turn it to RGB first, with its colour profile"
    if page.photometric in (_MOSAIC, _LINEAR_RAW):
        return "found the raw data of a camera; develop it first"
    if wrong := _wrong_samples(page):
        return wrong
    if deep and page.photometric == 0:
        return "found 16 bits with white as zero"
    if deep and not colored and page.samplesperpixel > 1:
        return "found 16-bit gray with alpha, which is read from a PNG alone"
    if (deep or page.sampleformat == _FLOATS or file.is_bigtiff) and _MULTIPLIED in page.extrasamples:
        return "found colours multiplied by their alpha; save it without (unassociated alpha)"
    return _unreadable(page)


def decode(data: bytes, file_header: Header) -> Pixels | None:
    """Decode, upright, TIFFs that OpenCV gets wrong; None for others.

    They are: 8 bits with alpha, whose colours OpenCV multiplies by it, and gray with alpha, which it drops; planes
    of 16 bits, for which it returns uninitialised memory; floats, CMYK, and the 64-bit form BigTIFF.

    Raises:
        OSError: The file is cut off or damaged.
        ValueError: The file cannot be read.
    """
    with opened(data) as file:
        page = first_page(file)
        if file_header.floats or file.is_bigtiff or _in_planes(page):
            return _by_tifffile(page)
        if not file_header.cmyk and (page.bitspersample != 8 or page.samplesperpixel not in _MODES):
            return None
        mode = _MODES[page.samplesperpixel]
    with quiet():
        opened_by_pillow = TiffImageFile(io.BytesIO(data))
    with opened_by_pillow as picture:
        return cmyk.to_rgb(picture) if file_header.cmyk else np.array(picture.convert(mode))


def _by_tifffile(page: TiffPage) -> Pixels:
    if why := _unreadable(page):
        raise ValueError(why)
    try:
        pixels = page.asarray()
    except Exception as error:  # tifffile does not check what it reads, so it may raise any error
        raise OSError(str(error)) from None
    if page.planarconfig == _PLANES and page.samplesperpixel > 1:
        pixels = np.moveaxis(pixels, 0, -1)
    pixels = pixels if pixels.ndim == 3 else pixels[..., None]
    most = (3 if page.photometric == _RGB else 1) + 1
    pixels = pixels[..., :most]
    if page.sampleformat == _FLOATS:
        least, largest = float(pixels.min()), float(pixels.max())
        if not (least >= 0 and largest <= 1):
            raise ValueError(
                f"found floats from {least:.4g} to {largest:.4g}; divide by the largest possible value, "
                "so that they lie in [0,1]"
            )
    return turned(pixels.astype(pixels.dtype.newbyteorder("=")), orientation(page))


def encode(image: Pixels, metadata: Metadata, page_order: str | None = None) -> memoryview:
    """Return a TIFF of (H,W,C), C being 1, 3 or 4, with a colour profile and EXIF.

    The block of EXIF stands at the start, where it stood in its own file, so that pointers into it, also those of a
    maker's note, stay valid. The entries of its directory can therefore be copied unchanged. The new directory
    stands at the end of the file.

    Args:
        image: The pixels.
        metadata: What is written beside them.
        page_order: The byte order of the document, in the notation of ``struct``, if it is one page of several.

    Raises:
        ValueError: The picture is too large for a TIFF.
    """
    block, color = metadata.exif or b"", image.shape[2] > 1
    try:
        places_in_block = {tag: place for tag, place in exif.places(block).items() if tag in exif.values(block)}
    except struct.error:
        block, places_in_block = b"", {}
    order, file = exif.byte_order(block) if block else page_order or "<", io.BytesIO()
    with TiffWriter(file, byteorder=">" if order == ">" else "<") as writer:
        file.seek(8)
        file.write(block[8:] + bytes(len(block) % 2))
        writer.write(
            image if color else image[..., 0],
            subfiletype=_PAGE if page_order else 0,
            photometric="rgb" if color else "minisblack",
            planarconfig="contig" if color else None,
            extrasamples=["unassalpha"] if image.shape[2] == 4 else None,
            compression="zlib",
            compressionargs={"level": 4},
            predictor=image.dtype != np.float32,
            resolution=metadata.dpi,
            resolutionunit="INCH" if metadata.dpi else None,
            iccprofile=metadata.icc,
            extratags=[(XMP, 1, len(metadata.xmp), metadata.xmp, True)] if metadata.xmp else (),
            software=False,
            metadata=None,
        )
    with file.getbuffer() as content:
        entries = {tag: content[at : at + 12].tobytes() for tag, at in exif.places(content).items()}
    own = exif.DESCRIBES - exif.RESOLUTION if metadata.dpi else exif.DESCRIBES
    kept = {tag: entry for tag, entry in entries.items() if tag not in own}  # tifffile writes a resolution always
    kept |= {tag: block[at : at + 12] for tag, at in places_in_block.items() if tag in exif.DESCRIBES}
    place = file.seek(0, io.SEEK_END)
    place += file.write(bytes(place % 2))
    file.write(struct.pack(order + "H", len(kept)) + b"".join(kept[tag] for tag in sorted(kept)) + bytes(4))
    file.seek(4)
    file.write(struct.pack(order + "I", place))
    return file.getbuffer()


def _in_planes(page: TiffPage) -> bool:
    return page.bitspersample == 16 and page.planarconfig == _PLANES and page.samplesperpixel > 1


def _wrong_samples(page: TiffPage) -> str | None:
    """Return what is wrong with the type of the samples: integers of 1 to 16 bits and 32-bit floats are right."""
    bits, kind = page.bitspersample, page.sampleformat
    if kind == _FLOATS:
        return None if bits == 32 else f"found {bits}-bit floats; save it with 32-bit floats or 16-bit integers"
    if kind == _UNSIGNED and (bits in (8, 16) or (bits in (1, 2, 4) and page.samplesperpixel == 1)):
        return None
    names = {1: "unsigned", 2: "signed", 5: "complex", 6: "complex"}
    return f"found {names.get(kind, 'unknown')} {bits}-bit samples; save it with 8 or 16 bits a channel"


def _unreadable(page: TiffPage) -> str | None:
    if page.parent.is_bigtiff and page.photometric not in (_BLACK_IS_ZERO, _RGB):
        return "found a BigTIFF of other colours than gray and RGB; save it as a TIFF"
    by_tifffile = _in_planes(page) or page.sampleformat == _FLOATS or page.parent.is_bigtiff
    if by_tifffile and page.compression not in TIFF.DECOMPRESSORS:
        name = COMPRESSION(page.compression).name
        if _in_planes(page):
            return f"found 16-bit channels in planes, packed by {name}; save it with its channels interleaved"
        return f"found floats or a BigTIFF, packed by {name}; save it uncompressed or deflated"
    return None


def _dpi(page: TiffPage) -> tuple[float, float] | None:
    unit = page.tags.valueof(296, default=_INCH)
    found = [page.tags.valueof(tag) for tag in (282, 283)]
    if unit not in (_INCH, _CENTIMETER) or not all(isinstance(one, tuple) and all(one) for one in found):
        return None
    across, down = (
        numerator / denominator * (2.54 if unit == _CENTIMETER else 1) for numerator, denominator in found
    )
    return across, down
