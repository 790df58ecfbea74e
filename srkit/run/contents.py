"""The content of every file that an experiment names: it is known by that, wherever the file is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from srkit.config.check import Choice
from srkit.config.identity import Role, identity, values_of
from srkit.experiment import Experiment
from srkit.parts.dataset import ImageSet, dataset
from srkit.run.image_digest import image_digest


class Contents:
    """Digests of the files and image sets of experiments, each computed once.

    Args:
        open_set: Opens the image set that a choice names; None builds it.
    """

    def __init__(self, open_set: Callable[[Choice], ImageSet] | None = None) -> None:
        self._open_set: Callable[[Choice], ImageSet] = open_set or Choice.__call__
        self._known: dict[str, str] = {}

    def of(
        self, experiment: Experiment, roles: Collection[Role], opened: Mapping[str, ImageSet] | None = None
    ) -> dict[str, str]:
        """Return a digest for each option that names files, by its dotted key.

        The digest of a dataset is that of its images, whatever its options. A file that is missing has none.

        Args:
            experiment: The experiment.
            roles: Roles of the options that count.
            opened: Image sets that are open already, by their keys.

        Raises:
            SrkitError: An image set cannot be opened, or an image cannot be read.
        """
        found = {}
        for key, value in values_of(experiment, roles, _names_files):
            if isinstance(value, Path):
                with suppress(OSError):
                    found[key] = self._once(f"path {value}", partial(path_digest, value))
            else:
                images = (opened or {}).get(key)
                digest = partial(self._images, value, images, experiment.data.cache)
                found[key] = self._once(f"images {identity(value, roles)}", digest)
        return found

    def _once(self, name: str, digest: Callable[[], str]) -> str:
        if name not in self._known:
            self._known[name] = digest()
        return self._known[name]

    def _images(self, choice: Choice, opened: ImageSet | None, cache: Path | None) -> str:
        return image_digest(self._open_set(choice) if opened is None else opened, cache)


def path_digest(path: Path) -> str:
    """Return a digest of a file's bytes, or of the names and bytes of all files in a folder.

    Raises:
        OSError: There is no such file, or one cannot be read.
    """
    if not path.is_dir():
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    text = "\n".join(f"{file.relative_to(path).as_posix()}\t{path_digest(file)}" for file in _files(path))
    return hashlib.sha256(text.encode()).hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _names_files(value: Any) -> bool:
    return isinstance(value, Path) or (isinstance(value, Choice) and value.part.kind is dataset)
