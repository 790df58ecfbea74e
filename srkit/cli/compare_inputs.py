"""What the words of ``srkit compare`` name: folders of pictures, single pictures, and networks."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from srkit import __version__
from srkit.cli.model_option import read_model
from srkit.comparison.compare import Wish
from srkit.comparison.partners import partners
from srkit.comparison.versions import HR, LR, Enlarged, Files, Shrunk, Versions
from srkit.datasets.files import names_of
from srkit.errors import CheckpointError, DataError, did_you_mean
from srkit.evaluation.measure import measuring
from srkit.evaluation.protocol import EvaluationProtocol
from srkit.image.formats import IMAGE_SUFFIXES
from srkit.image.photo import opened
from srkit.image.search import find
from srkit.network.network import Network
from srkit.photographs.upscaler import Upscaler
from srkit.plugins import Catalog
from srkit.report.numbers import protocol as in_words
from srkit.weights.load import BEST, load
from srkit.weights.method import names_method
from srkit.weights.zoo import names as shipped_names

HIGH, LOW = "--hr", "--lr"
"""The keys of HR and LR among the words, which cannot begin like this."""
TAKEN = (LR, HR, "command", "protocol", "srkit")
"""Names that other lines of the page have."""


@dataclass
class Inputs:
    """The versions that a command names.

    Args:
        words: Folders, pictures, weights, run folders and methods.
        high: A folder of HR, or one picture.
        low: A folder of LR, or one picture.
        scale: Scale of methods.
        catalog: The catalog with readers, methods, models and metrics.
        seed: Seed of methods.
        device: cpu, cuda, ... or auto.

    Raises:
        DataError: There are fewer than two versions, two have the same name, or networks have nothing to enlarge.
        CheckpointError: A word names no version.
    """

    words: Sequence[str]
    high: Path | None
    low: Path | None
    scale: int | None
    catalog: Catalog
    seed: int = 0
    device: str = "auto"

    def __post_init__(self) -> None:
        if len(self.words) < 2:
            raise DataError(
                f"VERSIONS: wants two or more, got {self.words[0]!r}; to see a single result "
                "beside interpolation, add bicubic"
            )
        twice = next((word for word in self.words if self.words.count(word) > 1), None)
        if twice is not None:
            raise DataError(f"{twice}: is given twice")
        if self._networks and self.low is None and self.high is None:
            name = next(iter(self._networks))
            raise DataError(f"{name}: wants pictures to enlarge; give them by --lr, or --hr to shrink")
        pairs = self._scale_of_pairs()
        for name, network in self._networks.items():
            if pairs not in (None, network.scale):
                times = f"{self.high} is {pairs} times as large as {self.low}"
                raise DataError(f"{name}: enlarges {network.scale} times, but {times}")

    @cached_property
    def _folders(self) -> dict[str, Files]:
        """The words that name pictures, HR and LR among them, with their files by the files' own names."""
        given: dict[str, tuple[str, Path]] = {
            word: (name, Path(word))
            for word, name in zip(self.words, self._names, strict=True)
            if _holds_pictures(word)
        }
        options = (HIGH, HR, self.high), (LOW, LR, self.low)
        given |= {option: (name, path) for option, name, path in options if path is not None}
        found = {}
        for key, (name, path) in given.items():
            files = find(path) if not path.is_file() else [path]
            titles = names_of(files, path if path.is_dir() else path.parent)
            found[key] = Files(name, str(path), dict(zip(titles, files, strict=True)))
        return found

    @property
    def _ruling(self) -> Files:
        """The folder that says which pictures there are."""
        key = HIGH if HIGH in self._folders else LOW if self._networks else next(iter(self._folders))
        return self._folders[key]

    @property
    def pictures(self) -> list[str]:
        """The names of all pictures: those of HR, else of LR if there are networks, else of the first folder."""
        return list(self._ruling.files)

    @cached_property
    def versions(self) -> list[Versions]:
        """LR, the versions in the order of the words, and HR."""
        matched = {key: self._matched(one) for key, one in self._folders.items()}
        found: list[Versions] = []
        low: Files | Shrunk | None = matched.get(LOW)
        if low is None and self._networks:
            degradation = self.catalog.build("degradation", "bicubic", self.known_scale)
            low = Shrunk(f"bicubic of HR, x{self.known_scale}", matched[HIGH], degradation, self.known_scale or 1)
        if low is not None:
            found.append(low)
        for word, name in zip(self.words, self._names, strict=True):
            if word in matched:
                found.append(matched[word])
            elif low is not None:
                network = self._networks[word]
                upscaler = Upscaler(network, device=self.device, precision="fp32")  # as srkit evaluate
                found.append(Enlarged(name, f"{network.name}, x{network.scale}", low, upscaler))
        return [*found, matched[HIGH]] if HIGH in matched else found

    @property
    def alone(self) -> dict[str, str]:
        """How many pictures of a folder no other folder has, by the folder."""
        found = {}
        for one in self._folders.values():
            if lost := len(one.files) - len(self._matched(one).files):
                found[_as_text(one.about)] = (
                    f"{lost} of {len(one.files)} have no partner in {_as_text(self._ruling.about)}"
                )
        return found

    def _matched(self, given: Files) -> Files:
        """Return files by the names of ``pictures``."""
        single = all(Path(one.about).is_file() for one in self._folders.values())
        if single and len(self.pictures) == 1:
            return replace(given, files={self.pictures[0]: next(iter(given.files.values()))})
        return replace(given, files=partners(self.pictures, given.files))

    @cached_property
    def _networks(self) -> dict[str, Network]:
        """The networks by their words; those without a scale of their own get that of the others."""
        words = [word for word in self.words if not _holds_pictures(word)]
        by_name = [word for word in words if self._has_any_scale(word)]
        found = {word: self._load(word, self.scale) for word in words if word not in by_name}
        scale = self.scale or next((network.scale for network in found.values()), None) or self._scale_of_pairs()
        found |= {word: self._load(word, scale) for word in by_name}
        scales = {network.scale: word for word, network in found.items() if self.scale or word not in by_name}
        if len(scales) > 1:
            each = " and ".join(f"{word} of x{scale}" for scale, word in sorted(scales.items()))
            raise DataError(
                f"VERSIONS: wants networks of one scale, got {each}; compare folders of their results instead"
            )
        return {word: found[word] for word in words}

    def _has_any_scale(self, word: str) -> bool:
        """Whether a word names a method or a model, which enlarges as many times as it is told."""
        return not Path(word).exists() and (
            names_method(read_model(word), self.catalog) or word in self.catalog["model"]
        )

    def _load(self, word: str, scale: int | None) -> Network:
        known = [*shipped_names(), *self.catalog["model"], *self.catalog["method"]]
        if not (word.startswith("{") or word in known or Path(word).exists()):
            raise CheckpointError(
                f"{word}: wants a folder of pictures, a picture, weights, a run folder or a method, "
                f"found none of them{did_you_mean(word, known)}"
            )
        return load(read_model(word), self.catalog, scale, seed=self.seed)

    def _scale_of_pairs(self) -> int | None:
        """Return how many times HR is larger than LR; None if both are not there.

        Raises:
            DataError: HR is smaller.
        """
        if HIGH not in self._folders or LOW not in self._folders:
            return None
        highs, lows = (self._matched(self._folders[key]).files for key in (HIGH, LOW))
        both = next((name for name in highs if name in lows), None)
        if both is None:
            return None
        high, low = _height(highs[both]), _height(lows[both])
        if high < low:
            raise DataError(
                f"{highs[both]}: wants HR larger than LR, found {high} rows, and {low} in {lows[both]}; "
                "were --hr and --lr exchanged?"
            )
        return round(high / low)

    @cached_property
    def known_scale(self) -> int | None:
        """The scale of the networks, that which was given, or that of the pairs."""
        own = next((network.scale for network in self._networks.values()), None)
        return own or self.scale or self._scale_of_pairs()

    @cached_property
    def _names(self) -> list[str]:
        """The names of the versions on the page: short, but different from one another."""
        words = list(map(_as_text, self.words))
        short = [_as_text(_short(word)) for word in self.words]
        return [
            f"{word} (given)" if name in TAKEN else word if short.count(name) > 1 else name
            for word, name in zip(words, short, strict=True)
        ]

    def wish(self, *, crop: int | None, border: int | None, megabytes: float) -> Wish:
        """Return what is to be compared; ``border`` is in pixels, None is the scale, or 0 if that is not known."""
        self.protocol = EvaluationProtocol(border=(self.known_scale or 0) if border is None else border)
        metrics = measuring({"psnr": {}, "ssim": {}}, self.known_scale or 1, self.protocol, self.catalog)
        return Wish(self.versions, metrics, crop, megabytes)

    def facts(self, command: Sequence[str]) -> dict[str, str]:
        """Return how the page was made: the words of the command, the source of every version, and the protocol."""
        facts = {"command": _as_text(shlex.join(["srkit", *command]))}
        facts |= {one.name: _as_text(one.about) for one in self.versions}
        if self.high is not None:
            described = self.protocol.describe(self.known_scale or 1, "given")
            keys = ("color", "range", "border", "rounded", "gray", "mean")
            facts["protocol"] = in_words({key: described[key] for key in keys})
        return facts | {"srkit": __version__}


def _holds_pictures(word: str) -> bool:
    """Whether a word names a picture, or a folder that is no run folder."""
    path = Path(word)
    if path.is_dir():
        return not (path / BEST).is_file()
    return path.is_file() and path.suffix.lower() in IMAGE_SUFFIXES


def _height(file: Path) -> int:
    with opened(file) as content:
        return content.look().height


def _as_text(name: str) -> str:
    """Return a name as a page can hold it: bytes that are no UTF-8 are escaped."""
    return os.fsencode(name).decode(errors="backslashreplace")


def _short(word: str) -> str:
    """Return the last part of a path without suffix, or the name in a mapping."""
    if word.startswith("{"):
        return word
    path = Path(word)
    return path.stem if path.is_file() else path.resolve().name if path.is_dir() else word
