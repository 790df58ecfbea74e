"""Every error srkit raises on purpose, and the one place that suggests a spelling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


class SrkitError(Exception):
    """Something the user can put right; the command line prints it bare, with exit code 2."""

    def __str__(self) -> str:
        return str(self.args[0])  # a KeyError would show the message in quotes


class PartError(SrkitError):
    """A part is declared wrongly, or declared twice."""


class UnknownPart(PartError, KeyError):  # noqa: N818 - the name without "Error" reads better
    """No part has that name. A KeyError too, so that a Registry is a true Mapping."""


class ImageError(SrkitError):
    """An image cannot be read, or does not fit its use. The message begins with the file."""


class TooLargeError(ImageError):
    """An image has more pixels than the limit."""


class DataError(SrkitError):
    """A collection of images is empty, or its images do not fit one another."""


class CheckpointError(SrkitError):
    """A checkpoint cannot be read, written, or does not belong to this model."""


class ExportError(SrkitError):
    """A network cannot be exported, or its exported file computes something else."""


class TrainingError(SrkitError):
    """Training cannot go on, for example because the loss is no longer a number."""


class RunError(SrkitError):
    """A run folder is taken, incomplete, or belongs to another experiment."""


class BuildError(SrkitError):
    """A part refused its options."""

    def __init__(self, part: str, error: Exception, where: Mapping[str, str]) -> None:
        places = "".join(f"\n    {place}: {name}" for name, place in where.items())
        super().__init__(f"{part} refuses: {error}{places}")


class OptionError(ValueError):
    """An option of a section does not fit the others; ``option`` is its name, with dots if it lies deeper."""

    def __init__(self, option: str, message: str) -> None:
        super().__init__(f"{option}: {message}")
        self.option, self.message = option, message


UNPLACED = "config"
"""The place of a problem that was found where the files are not known; ``Source.placed`` finds the real one."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a config: the place, the key, and what is wrong with it."""

    where: str
    key: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.key}: {self.what}" if self.key else f"{self.where}: {self.what}"


class ConfigError(SrkitError):
    """All the problems of one config, found in one pass."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint to follow an unknown ``word`` in a message: the closest names, or all of them."""
    names = list(known)
    close = get_close_matches(word, names, n=2)
    if close:
        return f"; did you mean {' or '.join(map(repr, close))}?"
    return f"; there are: {', '.join(names)}" if names else "; there are none"
