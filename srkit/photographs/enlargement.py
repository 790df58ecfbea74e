"""Enlarging one photograph from file to file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from srkit.atomic import LONGEST_NAME, sweep
from srkit.errors import ImageError, SrkitError, TooLargeError
from srkit.image import files
from srkit.image.codec import MAX_PIXELS, canvas
from srkit.image.formats import misfit
from srkit.image.metadata import Header
from srkit.image.photo import look, read_photo
from srkit.network import memory
from srkit.photographs.jobs import Job
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
        before: Height and width of the photograph.
        after: Height and width of its enlargement.
        memory: Bytes of the processor's memory for the pictures; the network needs more on top.
        note: What of the photograph's file is left out or converted, in words; None if nothing.
    """

    before: tuple[int, int]
    after: tuple[int, int]
    memory: int
    note: str | None = None


def header(job: Job, max_pixels: int) -> Header:
    """Return the header of a photograph, for its upright orientation; nothing is decoded.

    Raises:
        ImageError: The photograph is none that srkit reads, or has too many pixels.
    """
    try:
        return look(job.source, max_pixels)
    except TooLargeError as error:
        raise TooLargeError(f"{error}; --max-pixels raises the limit") from None


def estimate(job: Job, upscaler: Upscaler, wanted: Enlargement) -> Estimate:
    """Return the estimate of an enlargement, from the header of the photograph.

    Raises:
        ImageError: The photograph cannot be enlarged, the target cannot hold it, or the memory is not enough.
    """
    sketch = header(job, wanted.max_pixels)
    height, width = _size(job, upscaler, wanted, sketch.height, sketch.width)
    suffix = job.target.suffix.lower()
    if why := misfit(suffix, height, width, sketch.channels, sketch.dtype, sketch.metadata):
        raise ImageError(f"{job.target}: {why}")
    if (length := len(os.fsencode(job.target.name))) > LONGEST_NAME:
        raise ImageError(
            f"{job.source}: its result would have a name of {length} bytes, {LONGEST_NAME} are allowed; "
            "give a shorter one by --output FILE"
        )
    between = upscaler.memory_between(sketch.height, sketch.width, sketch.channels)
    needs, free = _needs(sketch, height * width) + between, memory.free_memory(memory.PROCESSOR)
    if needs > free:
        raise ImageError(
            f"{job.source}: wants about {gigabytes(needs)} of memory to become {width} x {height}, "
            f"{gigabytes(free)} are free; a smaller result wants less"
        )
    return Estimate((sketch.height, sketch.width), (height, width), needs, sketch.note)


def peak(found: Estimate, upscaler: Upscaler) -> int:
    """Return an estimate of the processor's memory, in bytes, that an enlargement needs at its peak."""
    if upscaler.device.type != "cpu":
        return found.memory
    return found.memory + upscaler.memory_of_networks(*found.before, found.memory)


def upscale_photograph(job: Job, upscaler: Upscaler, wanted: Enlargement) -> Iterator[float]:
    """Enlarge a photograph, and yield the share of it that is done after every tile.

    The target is written whole or not at all: upright, with the colour profile and EXIF of its source.

    Raises:
        ImageError: The photograph cannot be read or enlarged, or the target cannot be written.
    """
    estimate(job, upscaler, wanted)
    _make_room(job.target)
    photo = read_photo(job.source, wanted.max_pixels)
    if photo.note:
        upscaler.say(f"{job.source}: {photo.note}")
    channels, dtype = photo.pixels.shape[2], photo.pixels.dtype
    height, width = _size(job, upscaler, wanted, photo.pixels.shape[0], photo.pixels.shape[1])
    result = canvas(height, width, channels, dtype)
    try:
        yield from upscaler.steps(photo.pixels, result)
    except SrkitError as error:
        raise ImageError(f"{job.source}: {error}") from None
    quality, metadata = wanted.quality, photo.metadata.renewed(height, width)
    if quality is None and job.target.suffix.lower() == ".webp" and not photo.lossless_webp:
        quality = LOSSY_WEBP
    del photo
    sweep(job.target)  # removes the rest of a process that was killed while it wrote
    files.write(job.target, result, quality=quality, metadata=metadata)


def gigabytes(size: int) -> str:
    """Return a number of bytes in words, such as "1.5 GB"."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


def _size(job: Job, upscaler: Upscaler, wanted: Enlargement, height: int, width: int) -> tuple[int, int]:
    """Return the (height, width) of the result."""
    factor = wanted.size.factor(height, width)
    if not 1 < factor <= upscaler.scale:  # its network was chosen when its header was read for the first time
        raise ImageError(
            f"{job.source}: has become a picture of {width} x {height} pixels since srkit began; "
            "start srkit again with --skip-existing"
        )
    return upscaler.size(height, width, factor)


def _needs(sketch: Header, pixels: int) -> int:
    """Return the bytes of the decoded photograph, twice, and of the result with its file."""
    each = sketch.channels * sketch.dtype.itemsize
    return 2 * each * (sketch.height * sketch.width + pixels)


def _make_room(target: Path) -> None:
    """Check that a target can be written, before hours of work."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImageError(f"{target}: cannot be written: {error.strerror}") from None
    if not os.access(target.parent, os.W_OK):
        raise ImageError(f"{target}: cannot be written: its folder is read-only")
