"""The job of a photograph that comes by standard input, or whose enlargement goes to standard output."""

from __future__ import annotations

from collections.abc import Sequence
from mmap import mmap
from os.path import isdir
from pathlib import Path
from typing import BinaryIO

from srkit.errors import DataError, ImageError
from srkit.image import header
from srkit.image.formats import IMAGE_SUFFIXES, SUFFIX_OF_FORMAT, result_suffix
from srkit.image.photo import PhotoFile
from srkit.photographs.job import Job, Stream

STREAM = "-"
"""What stands for standard input among the inputs, and for standard output as the output."""
INPUT, OUTPUT = Path("standard input"), Path("standard output")
"""Their names in messages."""


def uses_streams(inputs: Sequence[str], output: Path | None) -> bool:
    """Return whether standard input is read or standard output is written."""
    return STREAM in inputs or output == Path(STREAM)


def plan_streams(
    inputs: Sequence[str], output: Path | None, suffix: str | None, stdin: BinaryIO, stdout: BinaryIO
) -> Job:
    """Return the job of one photograph. Standard input is read to its end.

    Args:
        inputs: ``-``, or a file.
        output: ``-``, or a file.
        suffix: Suffix of the target, such as ``.png``; None is that of the output, or of the source's format.
        stdin: Standard input.
        stdout: Standard output.

    Raises:
        DataError: Inputs and output do not fit together, or standard input is a keyboard.
        ImageError: Standard input holds nothing.
    """
    reads, writes = STREAM in inputs, output == Path(STREAM)
    if len(inputs) > 1:
        stream, what = (STREAM, "standard input") if reads else ("--output -", "standard output")
        raise DataError(f"{stream}: {what} holds one photograph, so it wants one input, found {len(inputs)}")
    if not reads and isdir(inputs[0]):
        raise DataError(
            f"--output -: standard output holds one photograph, found the folder {inputs[0]}; give a folder "
            "for the results"
        )
    if reads and output is None:
        raise DataError("-: what comes by standard input has no name; give --output FILE, or --output -")
    if not writes and output is not None and (output.is_dir() or output.suffix.lower() not in IMAGE_SUFFIXES):
        raise DataError(
            f"{output}: names a folder, and what comes by standard input has no name; give a file, such as "
            f"{output / 'large.png'}"
        )
    if not writes and output is not None and suffix not in (None, output.suffix.lower()):
        raise DataError(f"{output}: is no {suffix} file; leave out --format, or name another file")
    if reads and stdin.isatty():
        raise DataError(
            "-: standard input is the keyboard; send a photograph: srkit upscale - -o - < a.jpg > b.jpg"
        )
    content = _content(stdin) if reads else None
    if not writes:
        assert output is not None
        return Job(INPUT, output, content)
    if content is not None:
        kind = header.format_of(content.data)
        own = SUFFIX_OF_FORMAT.get(kind or "", ".png")
    else:
        own = result_suffix(Path(inputs[0]).suffix)
    source = INPUT if reads else Path(inputs[0])
    return Job(source, OUTPUT, content, Stream(stdout, suffix or own.lower()))


def refuse_terminal(job: Job) -> None:
    """Refuse to write a picture to a terminal.

    Raises:
        DataError: The job's stream is one.
    """
    if job.stream is not None and job.stream.file.isatty():
        raise DataError(
            "--output -: standard output is a terminal, which shows no pictures; send it to a file (> large.png), "
            "to another program, or name a file (--output large.png)"
        )


def _content(stdin: BinaryIO) -> PhotoFile:
    data = stdin.read()
    if not data:
        raise ImageError(f"{INPUT}: wants an image, found nothing")
    content = mmap(-1, len(data))
    content.write(data)
    return PhotoFile(content, INPUT)
