"""A photograph and the place of its enlargement: files, or standard input and output."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from srkit.atomic import sweep
from srkit.errors import ImageError
from srkit.image import files, photo
from srkit.image.photo import PhotoFile


@dataclass(frozen=True)
class Stream:
    """A stream for the bytes of a result.

    Args:
        file: The stream; it need not be able to seek.
        suffix: The suffix of the format that the result has, such as ``.png``.
    """

    file: BinaryIO
    suffix: str


@dataclass(frozen=True)
class Job:
    """A photograph and the file that its enlargement goes to.

    Args:
        source: The file of the photograph, or its name in messages if its ``content`` is given.
        target: The file of the result, or its name in messages if it goes to a ``stream``.
        content: The content of the photograph, where it is no file.
        stream: Where the result goes, if not to a file.
    """

    source: Path
    target: Path
    content: PhotoFile | None = field(default=None, compare=False, repr=False)
    stream: Stream | None = field(default=None, compare=False, repr=False)

    @property
    def suffix(self) -> str:
        """The suffix of the result's format, such as ``.png``."""
        return self.target.suffix.lower() if self.stream is None else self.stream.suffix

    @contextmanager
    def opened(self) -> Iterator[PhotoFile]:
        """Yield the content of the photograph's file.

        Raises:
            ImageError: The file is missing, empty, or a folder.
        """
        if self.content is not None:
            yield self.content
        else:
            with photo.opened(self.source) as file:
                yield file

    def make_room(self) -> None:
        """Check that the target can be written, before hours of work.

        Raises:
            ImageError: Its folder cannot be made or is read-only.
        """
        if self.stream is not None:
            return
        try:
            self.target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ImageError(f"{self.target}: cannot be written: {error.strerror}") from None
        if not os.access(self.target.parent, os.W_OK):
            raise ImageError(f"{self.target}: cannot be written: its folder is read-only")

    @contextmanager
    def created(self) -> Iterator[BinaryIO]:
        """Yield an empty file, which becomes the target, or goes to the stream, if the block ends without an error.

        Raises:
            ImageError: The target cannot be written.
        """
        if self.stream is None:
            sweep(self.target)  # removes the rest of a process that was killed while it wrote
            with files.created(self.target) as file:
                yield file
            return
        result = io.BytesIO()  # a stream cannot seek back, and gets nothing of a result that fails
        yield result
        try:
            self.stream.file.write(result.getbuffer())
            self.stream.file.flush()
        except OSError as error:
            raise ImageError(f"{self.target}: cannot be written: {error.strerror}") from None
