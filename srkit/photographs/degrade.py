"""LR of photographs in a folder, with what was drawn for each, and a sheet to look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from srkit.data.examples import Example, examples
from srkit.datasets.files import ImageFiles, names_of
from srkit.errors import DataError
from srkit.image.convert import to_uint8
from srkit.image.files import write
from srkit.image.search import find
from srkit.parts.degradation import DegradationFn
from srkit.photographs.contact_sheet import ContactSheet
from srkit.records.drawn import DrawnRow
from srkit.records.kernels import write_kernels

SHOWN = 5
KERNELS = "kernels"


@dataclass(frozen=True)
class Degraded:
    """The files of a folder of LR.

    Args:
        folder: The folder.
        images: HR.
        scale: HR over LR.
        variants: How many LR images are made of each.
        pairs: Whether HR, cut to a multiple of the scale, is written beside LR.
    """

    folder: Path
    images: ImageFiles
    scale: int
    variants: int = 1
    pairs: bool = False

    def name(self, image: str, variant: int) -> str:
        """Return the name of a variant: ``bee``, then ``bee-2``."""
        return image if variant == 0 else f"{image}-{variant + 1}"

    def low(self, image: str, variant: int) -> Path:
        """Return the file of LR."""
        return self.folder / "low" / f"{self.name(image, variant)}.png"

    def high(self, image: str, variant: int) -> Path:
        """Return the file of HR of the same name."""
        return self.folder / "high" / f"{self.name(image, variant)}.png"

    @property
    def records(self) -> tuple[Path, Path, Path]:
        """The JSON lines of what was drawn, the kernels, and the contact sheet."""
        return self.folder / "drawn.jsonl", self.folder / "kernels.npz", self.folder / "sheet.png"

    def targets(self) -> Iterator[Path]:
        """Yield all files that may be written."""
        for image in self.images.names:
            for variant in range(self.variants):
                yield self.low(image, variant)
                if self.pairs:
                    yield self.high(image, variant)
        yield from self.records

    def check(self, *, overwrite: bool) -> None:
        """Refuse to lose a file.

        Raises:
            DataError: A file exists and must not be replaced, two images would be one file, or an image would be
                replaced by its own LR.
        """
        targets = list(self.targets())
        if twice := sorted({str(path) for path in targets if targets.count(path) > 1}):
            raise DataError(f"{twice[0]}: would be two images; rename one, or give each its own --output")
        sources = {file.resolve() for file in self.images.high_files}
        if own := [path for path in targets if path.resolve() in sources]:
            raise DataError(f"{own[0]}: is one of the images; give another --output")
        taken = [] if overwrite else [path for path in targets if path.exists()]
        if taken:
            more = [f"... and {len(taken) - SHOWN} more"] if len(taken) > SHOWN else []
            lines = [*(f"{path}: exists already" for path in taken[:SHOWN]), *more]
            raise DataError("\n".join([*lines, "give another --output, or --overwrite to replace them"]))

    def prepare(self) -> None:
        """Make the folders of all files.

        Raises:
            DataError: A folder cannot be made.
        """
        for path in self.targets():
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise DataError(f"{path}: cannot be written: {error.strerror}; give another --output") from None


def images_of(inputs: Sequence[Path]) -> ImageFiles:
    """Return the images in folders and files, named by their paths below the folder, or by the file.

    Raises:
        DataError: A folder has no image, or two images have one name.
        ImageError: A file is no image.
    """
    named: dict[str, list[Path]] = defaultdict(list)
    for given in inputs:
        files = find(given) if given.is_dir() else [given]
        names = names_of(files, given) if given.is_dir() else [given.stem]
        for name, file in zip(names, files, strict=True):
            if file.resolve() not in {other.resolve() for other in named[name]}:
                named[name].append(file)
    if clashes := [files for files in named.values() if len(files) > 1]:
        one, other = clashes[0][:2]
        raise DataError(f"{one}: has the same name as {other}; give the folder that holds both")
    return ImageFiles(list(named), [file for (file,) in named.values()])


@dataclass
class Writing:
    """The records of the images that are written already."""

    rows: list[DrawnRow] = field(default_factory=list)
    kernels: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    sheet: ContactSheet = field(default_factory=ContactSheet)


def degrade(plan: Degraded, degradation: DegradationFn, *, seed: int) -> Iterator[DrawnRow]:
    """Write LR of every image, and yield what was drawn for it.

    The first LR of an image is the one that a test with this seed makes of an image of this name; variant k has the
    random numbers of ``seed + k``. Records are written at the end, and also if an image stops it.

    Raises:
        DataError: An image is smaller than the scale, a stage refuses it, or a folder cannot be made.
        ImageError: An image cannot be decoded, or a file cannot be written.
    """
    plan.prepare()
    sets = [
        examples(plan.images, scale=plan.scale, degradation=degradation, seed=seed + variant)
        for variant in range(plan.variants)
    ]
    done = Writing()
    try:
        for source, variants in zip(plan.images.high_files, zip(*sets, strict=True), strict=True):
            for variant, example in enumerate(variants):
                yield _write(plan, example, source, variant, seed + variant, done)
            done.sheet.add(variants[0].high, [example.low for example in variants])
    finally:
        lines, kernels, sheet = plan.records
        if done.rows:
            DrawnRow.write_all(lines, done.rows)
            write(sheet, done.sheet.drawn())
        if done.kernels:
            write_kernels(kernels, done.kernels)


def _write(plan: Degraded, example: Example, source: Path, variant: int, seed: int, done: Writing) -> DrawnRow:
    name = plan.name(example.name, variant)
    files = {plan.low(example.name, variant): example.low}
    if plan.pairs:
        files[plan.high(example.name, variant)] = example.high
    for path, image in files.items():
        write(path, to_uint8(image))
    plain = {}
    for key, value in example.drawn.items():
        if key.rpartition(".")[2] == KERNELS:
            done.kernels[name if key == KERNELS else f"{name} {key}"] = value[0].double().numpy()
        else:
            plain[key] = value[0].tolist()
    low = plan.low(example.name, variant).relative_to(plan.folder).as_posix()
    row = DrawnRow(name, str(source), low, plan.scale, seed, plain)
    done.rows.append(row)
    return row
