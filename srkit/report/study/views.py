"""One crop of every arm, chosen where the arms differ most."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from srkit.image.array import UInt8Image
from srkit.image.files import read
from srkit.report.crops import KINDS, corner, crop_side, luma_plane, psnr_of, spread, window_means
from srkit.report.read import Run
from srkit.report.study.study import Block, Study

PLACES = 3
"""Images that are shown of a block, if there is room for them."""

PICTURES = 72
"""Crops that a page has room for: of so many noisy ones it comes to about five megabytes."""

CANDIDATES = 8
"""Images that are looked through for differences; of more, as many at even distances."""


@dataclass(frozen=True)
class Version:
    """The crop as one arm made it, or as HR, bicubic and LR are; ``psnr`` is of its luma, None without."""

    name: str
    picture: UInt8Image
    psnr: float | None = None


@dataclass(frozen=True)
class View:
    """One place of a test image in every version: the arms, then bicubic, HR and LR; LR in its own small size.

    ``corner`` is left and top in HR pixels, ``size`` width and height.
    """

    block: str
    image: str
    seed: int
    corner: tuple[int, int]
    size: tuple[int, int]
    versions: tuple[Version, ...]


def views(study: Study) -> list[View]:
    """Return for each block the places where its arms differ most, an image each, the largest difference first.

    They are of one seed, the first that most arms have; arms without it are left out, those that were tested
    on other images or at another scale than the baseline (without it: the first arm), and a block whose
    pictures are gone.

    Raises:
        ImageError: A picture is damaged.
    """
    found = []
    for block in study.blocks:
        room = PICTURES // len(study.blocks)
        for number, view in enumerate(_views(study, block)):
            room -= len(view.versions)
            if number == PLACES or (number and room < 0):
                break
            found.append(view)
    return found


def _views(study: Study, block: Block) -> Iterator[View]:
    seed = max(study.seeds, key=lambda one: len(_runs(block, one)))
    runs = _runs(block, seed)
    if not runs:
        return
    first = runs.get(block.baseline) or next(iter(runs.values()))
    found = []
    for image in spread([image for image in first.scores.images if _pictured(first, image)], CANDIDATES):
        alike = {name: run for name, run in runs.items() if _alike(run, first, image)}
        folders = [run.folder / "pictures" / image for run in alike.values()]
        means = window_means(_variance(folders), first.summary.scale)
        found.append((float(means.max()), image, int(means.argmax()), alike))
    for _, image, index, alike in sorted(found, key=lambda one: -one[0]):
        yield _view(block.name, image, seed, index, alike)


def _runs(block: Block, seed: int) -> dict[str, Run]:
    """Return the runs of one seed that have pictures, by the names of their arms."""
    return {
        arm.name: trial.run
        for arm in block.arms
        for trial in arm.trials
        if trial.seed == seed and trial.run is not None and (trial.run.folder / "pictures").is_dir()
    }


def _pictured(run: Run, image: str) -> bool:
    return all((run.folder / "pictures" / image / f"{kind}.png").is_file() for kind in KINDS)


def _alike(run: Run, first: Run, image: str) -> bool:
    """Return whether two runs made the same HR image out of LR of the same size: their crops can be compared."""
    if run is first:
        return True
    if run.summary.scale != first.summary.scale or not _pictured(run, image):
        return False
    own, other = (one.folder / "pictures" / image / "hr.png" for one in (run, first))
    return own.read_bytes() == other.read_bytes() or np.array_equal(read(own), read(other))


def _variance(folders: Sequence[Path]) -> NDArray[np.float64]:
    """Return how the luma of arms varies at every pixel; of a single arm, how it varies from HR."""
    files = [folder / "srkit.png" for folder in folders]
    if len(files) == 1:
        files.append(folders[0] / "hr.png")
    total = squares = np.zeros(())
    for plane in map(luma_plane, map(read, files)):  # one at a time: many large ones would not fit into memory
        total, squares = total + plane.astype(float), squares + np.square(plane, dtype=float)
    return np.asarray(squares / len(files) - np.square(total / len(files)))


def _view(block: str, image: str, seed: int, index: int, runs: dict[str, Run]) -> View:
    """Cut one window out of every version."""
    first = next(iter(runs.values()))
    scale, side = first.summary.scale, crop_side(first.summary.scale)
    high = read(first.folder / "pictures" / image / "hr.png")
    top, left = corner(index, high.shape[:2], scale)
    high = high[top : top + side, left : left + side]
    plane = luma_plane(high)

    def cut(run: Run, kind: str, by: int = 1) -> UInt8Image:
        picture = read(run.folder / "pictures" / image / f"{kind}.png")
        return picture[top // by : (top + side) // by, left // by : (left + side) // by]

    def version(name: str, picture: UInt8Image) -> Version:
        return Version(name, picture, psnr_of(np.abs(luma_plane(picture) - plane)))

    def no_arm(name: str) -> str:
        return f"{name} (no arm)" if name in runs else name

    arms = [version(name, cut(run, "srkit")) for name, run in runs.items()]
    inputs: dict[bytes, tuple[str, Run]] = {}
    for name, run in runs.items():  # arms that degrade in their own ways were given different images
        inputs.setdefault(cut(run, "lr", scale).tobytes(), (name, run))
    several = len(inputs) > 1
    given = [(f" of {name}" if several else "", run) for name, run in inputs.values()]
    bicubic = [version(no_arm(f"bicubic{name}"), cut(run, "bicubic")) for name, run in given]
    low = [Version(no_arm(f"LR{name}"), cut(run, "lr", scale)) for name, run in given]
    versions = (*arms, *bicubic, Version(no_arm("HR"), high), *low)
    return View(block, image, seed, (left, top), (high.shape[1], high.shape[0]), versions)
