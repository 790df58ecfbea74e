"""The enlargement of one photograph as ordered: its state, and the work itself."""

from __future__ import annotations

import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from srkit.errors import SrkitError
from srkit.image.formats import result_suffix
from srkit.photographs.enlargement import Estimate, estimate, gigabytes, peak, upscale_photograph
from srkit.photographs.job import Job
from srkit_app.networks import Networks
from srkit_app.order import Order
from srkit_app.photograph import Photograph, shown

State = Literal["waiting", "working", "done", "failed", "stopped"]


@dataclass(frozen=True)
class Result:
    """An enlarged photograph.

    Args:
        content: The whole file, as ``srkit upscale`` writes it.
        picture: What a browser shows of it, with its media type; None if it is too large to be shown.
    """

    content: bytes
    picture: tuple[bytes, str] | None

    @property
    def size(self) -> int:
        """Its bytes in memory."""
        return len(self.content) + (0 if self.picture is None else len(self.picture[0]))


@dataclass(eq=False)
class Work:
    """The enlargement of a photograph.

    Args:
        number: A number that no other work of the server has.
        photograph: The photograph, whose header was read.
        order: How it is to be enlarged.
        changed: Called after each change, from any thread.
    """

    number: int
    photograph: Photograph
    order: Order
    changed: Callable[[], None]
    state: State = "waiting"
    share: float = 0.0
    error: str | None = None
    notes: list[str] = field(default_factory=list)
    after: dict[str, Any] | None = None
    seconds: float = 0.0
    result: Result | None = None
    stop: bool = False

    @property
    def name(self) -> str:
        """The name of the result, as ``srkit upscale`` gives it."""
        source = Path(self.photograph.name)
        return f"{source.stem}{self.order.size.mark}{self._suffix}"

    @property
    def _suffix(self) -> str:
        return self.order.suffix or result_suffix(self.photograph.file.suffix)

    def described(self) -> dict[str, Any]:
        """Return its state for the page, as plain values."""
        return {
            "work": self.number,
            "state": self.state,
            "share": round(self.share, 3),
            "error": self.error,
            "notes": list(self.notes),
            "after": self.after,
            "seconds": round(self.seconds, 1),
        }

    def look(self, networks: Networks, place: Path, max_pixels: int) -> dict[str, Any]:
        """Return what would be done, for the page: the size of the result, the networks, memory and notes.

        Raises:
            SrkitError: It cannot be done, in words that name the photograph as the person knows it.
        """
        job = Job(self.photograph.file, place / f"result{self._suffix}")
        try:
            upscaler = networks.upscaler(self.order, self.photograph.header, self.photograph.name, self.note)
            found = estimate(job, upscaler, self.order.enlargement(max_pixels))
        except SrkitError as error:
            raise SrkitError(self._said(error, job)) from None
        return self._facts(found, upscaler.name) | {"memory": gigabytes(peak(found, upscaler))}

    def run(self, networks: Networks, place: Path, max_pixels: int) -> None:
        """Enlarge the photograph, unless ``stop`` is set; whatever happens ends in a state and in words."""
        started = time.monotonic()
        self._become("working")
        with tempfile.TemporaryDirectory(dir=place, ignore_cleanup_errors=True) as folder:
            job = Job(self.photograph.file, Path(folder) / f"result{self._suffix}")
            try:
                self._enlarge(job, networks, max_pixels)
            except SrkitError as error:
                self._become("stopped" if self.stop else "failed", self._said(error, job))
            except MemoryError:
                self._become(
                    "failed", f"{self.photograph.name}: wants more memory than is free; wish for a smaller result"
                )
            except Exception as error:  # a fault of srkit must not end the server, and must not be hidden
                traceback.print_exc(file=sys.stderr)
                said = self._said(f"{type(error).__name__}: {error}", job)
                self._become("failed", f"this is a fault of srkit; the terminal shows more of it: {said}")
            else:
                self.seconds = time.monotonic() - started
                self._become("stopped" if self.result is None else "done")

    def note(self, text: str) -> None:
        """Keep a note for the page, each once."""
        said = self.photograph.said(text)
        if said not in self.notes:
            self.notes.append(said)

    def drop(self, why: str) -> None:
        """Forget the result."""
        self.result = None
        self._become("failed", why)

    def _enlarge(self, job: Job, networks: Networks, max_pixels: int) -> None:
        wanted = self.order.enlargement(max_pixels)
        upscaler = networks.upscaler(self.order, self.photograph.header, self.photograph.name, self.note)
        self.after = self._facts(estimate(job, upscaler, wanted), upscaler.name)
        for share in upscale_photograph(job, upscaler, wanted):
            if self.stop:
                return
            self.share = share
            self.changed()
        try:
            picture = shown(job.target, sys.maxsize)
        except (SrkitError, MemoryError):  # it can be saved all the same
            picture = None
        content = job.target.read_bytes()
        self.result = Result(content, (content, picture[1]) if picture and picture[0] == content else picture)

    def _facts(self, found: Estimate, by: str) -> dict[str, Any]:
        ((height, width),) = found.after  # files of several pages are refused
        if found.note:
            self.note(f"{self.photograph.name}: {found.note}")
        return {
            "width": width,
            "height": height,
            "by": by,
            "strength": self.order.strength,
            "name": self.name,
            "command": self.order.command(self.photograph.name),
            "notes": list(self.notes),
        }

    def _said(self, message: object, job: Job) -> str:
        return self.photograph.said(message).replace(str(job.target), self.name)

    def _become(self, state: State, error: str | None = None) -> None:
        self.state, self.error = state, error
        self.changed()
