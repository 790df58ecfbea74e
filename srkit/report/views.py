"""Crops of test images in every version, chosen where versions differ most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from srkit.image.array import UInt8Image
from srkit.image.files import read
from srkit.report.compare import Gain, gains
from srkit.report.crop_windows import Plane, corner, crop_side, luma_plane, psnr_of, spread, window_means
from srkit.report.data_uris import png_uri
from srkit.report.numbers import number, with_unit
from srkit.report.results import BlockResult, Results, RunResult
from srkit.report.statistics import difference

SHOWN = 6
"""Most images that are shown of a run; of more images, this many from the largest to the smallest gain."""

PLACES = 3
"""Most images that are shown of a block of a study."""

PICTURES = 72
"""Most crops on the page of a study: with this many noisy crops it has about five megabytes."""

CANDIDATES = 8
"""Images of a block that are searched for differences; of more images, this many at even distances."""

ROUND_RANGES = (4, 8, 16, 24, 32, 48, 64, 96, 128)


@dataclass(frozen=True)
class Version:
    """The crop in one version: the result of an arm, HR, LR or the interpolation.

    ``picture`` is (h,w,C), LR in its own small size. ``psnr`` in dB and ``error``, the absolute differences from
    HR, are of the crop's luma; None for a version without them. ``note`` stands beside the name instead of PSNR.
    """

    name: str
    picture: UInt8Image
    psnr: float | None = None
    error: Plane | None = None
    note: str = ""

    @property
    def caption(self) -> str:
        """What stands beside the name: the note, or PSNR in dB, or nothing."""
        return self.note or ("" if self.psnr is None else f"{number('psnr', self.psnr)} dB")

    @cached_property
    def uri(self) -> str:
        """The picture as a data URI."""
        return png_uri(self.picture)


@dataclass(frozen=True)
class View:
    """One place of a test image in every version.

    Args:
        block: The block of the study.
        image: The test image.
        why: The reason why it is shown, in words.
        corner: Left and top in HR pixels.
        size: Width and height in HR pixels.
        versions: The crop in every version.
        sides: The names of the two versions that are compared first.
        whole: The whole HR image, on which the place is marked, or None.
    """

    block: str
    image: str
    why: str
    corner: tuple[int, int]
    size: tuple[int, int]
    versions: tuple[Version, ...]
    sides: tuple[str, str]
    whole: UInt8Image | None = None

    @property
    def errors(self) -> dict[str, Plane]:
        """The errors of the versions that have one, by the versions' names."""
        return {version.name: version.error for version in self.versions if version.error is not None}


def views(results: Results) -> list[View]:
    """Return the places that the report of a run or of a study shows.

    Raises:
        ImageError: A picture is damaged.
    """
    return run_views(results.runs[0], gains(results)[0]) if results.single else study_views(results)


def error_range(shown: Sequence[View]) -> int:
    """Return the error that is drawn brightest: a round number of grey levels that few pixels exceed."""
    errors = [error.ravel() for view in shown for error in view.errors.values()]
    most = np.percentile(np.concatenate(errors), 97) if errors else 0
    return next((limit for limit in ROUND_RANGES if limit >= most), ROUND_RANGES[-1])


def run_views(run: RunResult, gain: Gain) -> list[View]:
    """Return the place of every shown image where the network gains most, and the worst place of them all.

    Images go from the largest gain to the smallest. An image whose pictures are not in the folder is left out.

    Args:
        run: The run.
        gain: What orders the images.

    Raises:
        ImageError: A picture is damaged.
    """
    each = {image: difference(*pair) for image, *pair in zip(gain.images, gain.values, gain.baseline, strict=True)}
    images = [image for image in each if _pictured(run, image)]
    images.sort(key=lambda image: each[image], reverse=not gain.lower_is_better)
    network, found = gain.network_name, []
    worst: tuple[float, View] | None = None
    for image in spread(images, SHOWN):
        base, own, high = (luma_plane(read(run.files.picture(image, name))) for name in (*_models(run), "hr"))
        drop = window_means((base - high) ** 2 - (own - high) ** 2, run.summary.scale)
        cut = partial(_view, "", image, runs={network: run}, sides=_models(run), judged=True)
        whole = f"{with_unit(gain.metric, each[image])} on the whole image"
        nowhere = f"; {network} gains nowhere on it: here it loses least" if drop.max() < 0 else ""
        found.append(cut(whole + nowhere, int(drop.argmax())))
        if worst is None or drop.min() < worst[0]:
            why = f"where {network} {'loses most, of all these images' if drop.min() < 0 else 'gains least'}"
            worst = float(drop.min()), cut(why, int(drop.argmin()))
    return [*found, worst[1]] if worst else []


def study_views(results: Results) -> list[View]:
    """Return for each block the places where its arms differ most, an image each, the largest difference first.

    They are of one seed, the first that most arms have. Arms without that seed are left out, and so are those
    that were tested on other images or at another scale than the baseline (without it: than the first arm), and a
    block whose pictures are gone.

    Raises:
        ImageError: A picture is damaged.
    """
    found = []
    for block in results.blocks:
        room = PICTURES // len(results.blocks)
        for index, view in enumerate(_block_views(results, block)):
            room -= len(view.versions)
            if index == PLACES or (index and room < 0):
                break
            found.append(view)
    return found


def _block_views(results: Results, block: BlockResult) -> Iterator[View]:
    seed = max(results.seeds, key=lambda one: len(_pictured_runs(block, one)))
    runs = _pictured_runs(block, seed)
    if not runs:
        return
    first = runs.get(block.baseline) or next(iter(runs.values()))
    found = []
    for image in spread([image for image in first.scores.images if _pictured(first, image)], CANDIDATES):
        alike = {name: run for name, run in runs.items() if _alike(run, first, image)}
        means = window_means(_variance(list(alike.values()), image), first.summary.scale)
        found.append((float(means.max()), image, int(means.argmax()), alike))
    for _, image, index, alike in sorted(found, key=lambda one: -one[0]):
        base = block.baseline if block.baseline in alike else next(iter(alike))
        other = next((name for name in alike if name != base), "HR")
        yield _view(block.name, image, f"seed {seed}", index, runs=alike, sides=(base, other))


def _models(run: RunResult) -> tuple[str, str]:
    return run.summary.baseline, run.summary.network


def _pictured_runs(block: BlockResult, seed: int) -> dict[str, RunResult]:
    """Return the runs of one seed that have pictures, by the names of their arms."""
    trials = [(arm.name, trial) for arm in block.arms for trial in arm.scored if trial.seed == seed]
    return {name: trial.run for name, trial in trials if trial.run and trial.run.files.pictures.is_dir()}


def _pictured(run: RunResult, image: str) -> bool:
    return all(run.files.picture(image, name).is_file() for name in ("lr", *_models(run), "hr"))


def _alike(run: RunResult, first: RunResult, image: str) -> bool:
    """Return whether two runs made the same HR image from LR of the same size, so that crops can be compared."""
    if run is first:
        return True
    if run.summary.scale != first.summary.scale or not _pictured(run, image):
        return False
    own, other = (one.files.picture(image, "hr") for one in (run, first))
    return own.read_bytes() == other.read_bytes() or np.array_equal(read(own), read(other))


def _variance(runs: Sequence[RunResult], image: str) -> NDArray[np.float64]:
    """Return the variance of the arms' luma at every pixel (H,W); for a single arm, that of arm and HR."""
    paths = [run.files.picture(image, run.summary.network) for run in runs]
    if len(paths) == 1:
        paths.append(runs[0].files.picture(image, "hr"))
    total = squares = np.zeros(())
    for plane in map(luma_plane, map(read, paths)):  # one at a time: many large ones would not fit into memory
        total, squares = total + plane.astype(float), squares + np.square(plane, dtype=float)
    return np.asarray(squares / len(paths) - np.square(total / len(paths)))


def _view(
    block: str,
    image: str,
    why: str,
    index: int,
    *,
    runs: Mapping[str, RunResult],
    sides: tuple[str, str],
    judged: bool = False,
) -> View:
    """Cut the crop ``index`` out of the picture of every arm, and of LR, interpolation and HR.

    Args:
        block: The block of the study.
        image: The test image.
        why: The reason why the place is shown.
        index: The crop, as ``window_means`` counts them.
        runs: The run of each arm, by the arm's name.
        sides: The versions that are compared first.
        judged: Whether errors and the whole image are also shown.
    """
    first = next(iter(runs.values()))
    scale, side = first.summary.scale, crop_side(first.summary.scale)
    whole = read(first.files.picture(image, "hr"))
    top, left = corner(index, whole.shape[:2], scale)
    high = whole[top : top + side, left : left + side]
    plane = luma_plane(high)

    def cut(run: RunResult, version: str, by: int = 1) -> UInt8Image:
        picture = read(run.files.picture(image, version))
        return picture[top // by : (top + side) // by, left // by : (left + side) // by]

    def scored(name: str, picture: UInt8Image) -> Version:
        error = np.abs(luma_plane(picture) - plane)
        return Version(name, picture, psnr_of(error), error if judged else None)

    def no_arm(name: str) -> str:
        return f"{name} (no arm)" if name in runs else name

    inputs: dict[bytes, tuple[str, RunResult]] = {}
    for name, run in runs.items():  # arms with degradations of their own had different LR images
        inputs.setdefault(cut(run, "lr", scale).tobytes(), (name, run))
    given = [(f" of {name}" if len(inputs) > 1 else "", run) for name, run in inputs.values()]
    versions = (
        *(Version(no_arm(f"LR{name}"), cut(run, "lr", scale)) for name, run in given),
        *(scored(no_arm(f"{_models(run)[0]}{name}"), cut(run, _models(run)[0])) for name, run in given),
        *(scored(name, cut(run, run.summary.network)) for name, run in runs.items()),
        Version(no_arm("HR"), high),
    )
    size = high.shape[1], high.shape[0]
    return View(block, image, why, (left, top), size, versions, sides, whole if judged else None)
