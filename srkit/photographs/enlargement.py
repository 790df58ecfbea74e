"""Enlarging one photograph from file to file."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from srkit.atomic import LONGEST_NAME
from srkit.errors import ImageError, SrkitError, TooLargeError
from srkit.image.array import Pixels
from srkit.image.codec import MAX_PIXELS, canvas, encode
from srkit.image.formats import TIFF_SUFFIXES, misfit
from srkit.image.metadata import Header, Metadata
from srkit.image.pages import PageWriter
from srkit.image.photo import PhotoFile
from srkit.network import memory
from srkit.photographs.job import Job
from srkit.photographs.sizes import Size
from srkit.photographs.upscaler import Upscaler

LOSSY_WEBP = 95


@dataclass(frozen=True)
class Enlargement:
    """The options of an enlargement.

    Args:
        size: The size of the results.
        quality: Quality of JPEG and WebP, 1 to 100; None is 95, or lossless for a source that is a lossless WebP.
        max_pixels: Larger photographs are refused before anything is allocated.
    """

    size: Size
    quality: int | None = None
    max_pixels: int = MAX_PIXELS


@dataclass(frozen=True)
class Estimate:
    """The sizes of an enlargement, and the memory that it needs.

    Args:
        before: Height and width of each page of the photograph, which most often has one.
        after: Height and width of each enlarged page.
        memory: Bytes of the processor's memory for the pictures; the network needs more on top.
        note: What of the photograph's file is left out or converted, in words; None if nothing.
    """

    before: list[tuple[int, int]]
    after: list[tuple[int, int]]
    memory: int
    note: str | None = None


def headers(job: Job, max_pixels: int) -> list[Header]:
    """Return the header of each page of a photograph, for its upright orientation; nothing is decoded.

    Raises:
        ImageError: The photograph is none that srkit reads, or has too many pixels.
    """
    with job.opened() as file:
        try:
            return [file.look(page, max_pixels) for page in range(len(file))]
        except TooLargeError as error:
            raise TooLargeError(f"{error}; --max-pixels raises the limit") from None


def leading(sketches: Sequence[Header], size: Size) -> Header:
    """Return the header of the page that becomes the most times larger, for which the networks are chosen."""
    return max(sketches, key=lambda sketch: size.factor(sketch.height, sketch.width))


def estimate(job: Job, upscaler: Upscaler, wanted: Enlargement) -> Estimate:
    """Return the estimate of an enlargement, from the headers of the photograph.

    Raises:
        ImageError: The photograph cannot be enlarged, the target cannot hold it, or the memory is not enough.
    """
    sketches = headers(job, wanted.max_pixels)
    if len(sketches) > 1 and job.suffix not in TIFF_SUFFIXES:
        raise ImageError(
            f"{job.target}: cannot hold the {len(sketches)} pages of {job.source}; use one of "
            f"{', '.join(TIFF_SUFFIXES)}"
        )
    if (length := len(os.fsencode(job.target.name))) > LONGEST_NAME:
        raise ImageError(
            f"{job.source}: its result would have a name of {length} bytes, {LONGEST_NAME} are allowed; "
            "give a shorter one by --output FILE"
        )
    after, needs = [], 0
    for sketch in sketches:
        height, width = _size(job, upscaler, wanted, sketch.height, sketch.width, alone=len(sketches) == 1)
        if why := misfit(job.suffix, height, width, sketch.channels, sketch.dtype, sketch.metadata):
            raise ImageError(f"{job.target}: {why}")
        between = upscaler.memory_between(sketch.height, sketch.width, sketch.channels)
        page_needs, free = _needs(sketch, height * width) + between, memory.free_memory(memory.PROCESSOR)
        if page_needs > free:
            raise ImageError(
                f"{job.source}: wants about {gigabytes(page_needs)} of memory to become {width} x {height}, "
                f"{gigabytes(free)} are free; a smaller result wants less"
            )
        after.append((height, width))
        needs = max(needs, page_needs)
    before = [(sketch.height, sketch.width) for sketch in sketches]
    note = next((sketch.note for sketch in sketches if sketch.note), None)
    return Estimate(before, after, needs, note)


def peak(found: Estimate, upscaler: Upscaler) -> int:
    """Return an estimate of the processor's memory, in bytes, that an enlargement needs at its peak."""
    if upscaler.device.type != "cpu":
        return found.memory
    return found.memory + max(upscaler.memory_of_networks(*page, found.memory) for page in found.before)


def upscale_photograph(job: Job, upscaler: Upscaler, wanted: Enlargement) -> Iterator[float]:
    """Enlarge a photograph page by page, and yield the share of it that is done after every tile.

    The target is written whole or not at all: upright, with the colour profile and EXIF of its source.

    Raises:
        ImageError: The photograph cannot be read or enlarged, or the target cannot be written.
    """
    pages = len(estimate(job, upscaler, wanted).after)
    job.make_room()
    name = job.target.with_suffix(job.suffix)  # a stream has none
    with job.opened() as file:
        if pages == 1:
            result, quality, metadata = yield from _page(job, file, 0, upscaler, wanted)
            parts = encode(result, name, quality, metadata)
            with job.created() as target:
                target.writelines(parts)
            return
        with job.created() as target:
            writer = PageWriter(target)
            for page in range(pages):
                steps = _page(job, file, page, upscaler, wanted)
                result, _, metadata = yield from _shares(steps, page, pages)
                try:
                    writer.add(*encode(result, name, metadata=metadata, page_order=file.byte_order))
                except ValueError as error:
                    raise ImageError(f"{job.target}: cannot hold all {pages} pages: {error}") from None


def gigabytes(size: int) -> str:
    """Return a number of bytes in words, such as "1.5 GB"."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


Page = tuple[Pixels, int | None, Metadata]
"""An enlarged page (H,W,C), its quality, and its metadata."""


def _page(
    job: Job, file: PhotoFile, page: int, upscaler: Upscaler, wanted: Enlargement
) -> Generator[float, None, Page]:
    """Enlarge a page, and yield the share of it that is done after every tile."""
    photo = file.read(page, wanted.max_pixels)
    if photo.note:
        upscaler.say(f"{job.source}: {photo.note}")
    channels, dtype = photo.pixels.shape[2], photo.pixels.dtype
    before = photo.pixels.shape[0], photo.pixels.shape[1]
    height, width = _size(job, upscaler, wanted, *before, alone=len(file) == 1)
    metadata = photo.metadata.renewed(height, width)
    if (height, width) == before:
        return photo.pixels, None, metadata
    result = canvas(height, width, channels, dtype)
    try:
        yield from upscaler.steps(photo.pixels, result)
    except SrkitError as error:
        raise ImageError(f"{job.source}: {error}") from None
    quality = wanted.quality
    if quality is None and job.suffix == ".webp" and not photo.lossless_webp:
        quality = LOSSY_WEBP
    return result, quality, metadata


def _shares(steps: Generator[float, None, Page], page: int, pages: int) -> Generator[float, None, Page]:
    """Yield the share of all pages for each share of one page, and return what ``steps`` returns."""
    while True:
        try:
            share = next(steps)
        except StopIteration as end:
            yield (page + 1) / pages
            found: Page = end.value
            return found
        yield (page + share) / pages


def _size(
    job: Job, upscaler: Upscaler, wanted: Enlargement, height: int, width: int, *, alone: bool
) -> tuple[int, int]:
    """Return the (height, width) of the result; a page among others that has the size already keeps its own."""
    times = wanted.size.factor(height, width)
    if times <= 1 and not alone:
        return height, width
    if not 1 < times <= upscaler.scale:  # its network was chosen when its header was read for the first time
        raise ImageError(
            f"{job.source}: has become a picture of {width} x {height} pixels since srkit began; "
            "start srkit again with --skip-existing"
        )
    return upscaler.size(height, width, times)


def _needs(sketch: Header, pixels: int) -> int:
    """Return the bytes of the decoded photograph, twice, and of the result with its file."""
    each = sketch.channels * sketch.dtype.itemsize
    return 2 * each * (sketch.height * sketch.width + pixels)
