"""Pictures in several versions: the place of each where the versions differ most, and scores against HR."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from srkit.comparison.align import Aligned, align
from srkit.comparison.versions import HR, LR, Versions
from srkit.errors import DataError
from srkit.evaluation.evaluate import evaluate
from srkit.image.array import UInt8Image
from srkit.image.convert import to_tensor
from srkit.parts.metric import MetricFn
from srkit.report.crop_windows import corner, crop_side, luma_plane, window_means
from srkit.report.numbers import UNITS, number
from srkit.report.views import Version, View

MEGABYTE = 10**6


@dataclass(frozen=True)
class Wish:
    """What is compared, and how much of it is shown.

    Args:
        versions: LR if there is any, the versions to compare, and HR if there is any.
        metrics: Metrics by name, for versions that have the size of HR.
        crop: Longest side of the place that is shown of a picture, in pixels; None shows whole pictures.
        megabytes: Size of the page beyond which no further picture is added.
    """

    versions: Sequence[Versions]
    metrics: Mapping[str, MetricFn]
    crop: int | None = 256
    megabytes: float = 25

    @property
    def names(self) -> list[str]:
        """The names of the versions that are compared, without LR and HR."""
        return [one.name for one in self.versions if one.name not in (LR, HR)]

    @property
    def reference(self) -> str:
        """The version from which differences are taken: HR, or else the first."""
        return HR if any(one.name == HR for one in self.versions) else self.names[0]


@dataclass
class Comparison:
    """What was compared so far.

    Args:
        wish: What was wished for.
        views: The pictures that are shown.
        scores: The scores by metric, picture and version.
        left_out: What a picture lacks, by its name.
        size: The bytes of the pictures on the page.
    """

    wish: Wish
    views: list[View] = field(default_factory=list)
    scores: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    size: int = 0

    def add(self, picture: str) -> bool:
        """Compare one more picture, and return whether it fits on the page; it is left out if not.

        Raises:
            ImageError: The picture cannot be read or enlarged.
            SrkitError: It is too small to be measured.
            DataError: It does not fit, although it is the first.
        """
        wish = self.wish
        versions = {one.name: one.read(picture) for one in wish.versions if one.has(picture)}
        laid = align(versions, HR if HR in versions else None)
        scores = _scores(picture, laid, wish)
        view = _view(picture, laid, wish, scores)
        size = sum(len(one.uri) * (1 if one.error is None else 2) for one in view.versions)  # an error packs alike
        if self.size + size > wish.megabytes * MEGABYTE:
            if self.views:
                return False
            raise DataError(
                f"{picture}: takes {size / MEGABYTE:.1f} MB in its versions, {wish.megabytes:g} are allowed; "
                "show less of it by --crop, or raise --megabytes"
            )
        self.size += size
        self.views.append(view)
        for metric, row in scores.items():
            self.scores.setdefault(metric, {})[picture] = row
        notes = [f"there is no {one.name}" for one in wish.versions if one.name not in versions]
        notes += [f"{one} is left out: {laid.sizes[one]} is another shape" for one in laid.misfits]
        if notes:
            self.left_out[picture] = "; ".join(notes)
        return True

    def mean(self, metric: str, version: str) -> float | None:
        """Return the mean over the pictures of which all compared versions have this score; None if none has."""
        rows = [row for row in self.scores.get(metric, {}).values() if all(name in row for name in self.wish.names)]
        return float(np.mean([row[version] for row in rows])) if rows else None


@dataclass(frozen=True)
class _Reference:
    """HR as ``evaluate`` wants it."""

    name: str
    high: Tensor


def comparable(pictures: Sequence[str], wish: Wish) -> list[str]:
    """Return the names of the pictures that have two versions to compare, HR among them.

    Raises:
        DataError: No picture has them.
    """
    usable = [name for name in pictures if sum(one.has(name) for one in wish.versions if one.name != LR) > 1]
    if not usable:
        raise DataError(
            f"{' and '.join(one.about for one in wish.versions)}: have no picture in common; pictures belong "
            "together if their names are equal, without endings such as _x4"
        )
    return usable


def _scores(name: str, laid: Aligned, wish: Wish) -> dict[str, dict[str, float]]:
    """Return the scores of the versions that have the size of HR, by metric and version."""
    if HR not in laid.pictures:
        return {}
    high, full = _Reference(name, to_tensor(laid.pictures[HR])), [one for one in laid.full if one in wish.names]
    found: dict[str, dict[str, float]] = {metric: {} for metric in wish.metrics}
    for version in full:
        for score in evaluate([(high, to_tensor(laid.pictures[version]))], wish.metrics):
            found[score.metric][version] = score.value
    return found


def _view(name: str, laid: Aligned, wish: Wish, scores: Mapping[str, Mapping[str, float]]) -> View:
    """Return the place of a picture where its versions differ most, or the whole picture."""
    top, left, side = _place(laid, wish)
    height, width = min(side, laid.height - top), min(side, laid.width - left)
    whole = (height, width) == (laid.height, laid.width)
    cuts = {version: laid.crop(version, top, left, height, width) for version in laid.pictures}
    reference = luma_plane(cuts[wish.reference]) if wish.reference in laid.full else None
    versions = tuple(
        Version(
            version,
            cuts[version],
            error=None
            if reference is None or version in (wish.reference, LR) or version not in laid.full
            else np.abs(luma_plane(cuts[version]) - reference),
            note=_note(laid.sizes[version], {metric: row.get(version) for metric, row in scores.items()}),
        )
        for version in laid.pictures
    )
    shown = [version for version in wish.names if version in cuts]
    sides = (shown[0], shown[1] if len(shown) > 1 else HR)
    where = f"where the versions differ most, of {laid.width} x {laid.height} pixels"
    picture = None if whole else laid.pictures[HR if HR in laid.full else laid.full[0]]
    return View(
        "", name, "the whole picture" if whole else where, (left, top), (width, height), versions, sides, picture
    )


def _place(laid: Aligned, wish: Wish) -> tuple[int, int, int]:
    """Return top, left and side of the place that is shown, in pixels of the largest versions."""
    if wish.crop is None:
        return 0, 0, max(laid.height, laid.width)
    scale = laid.height // laid.pictures[LR].shape[0] if LR in laid.pictures else 1
    judged = [one for one in laid.full if one in wish.names]
    if len(judged) < 2:
        judged = laid.full
    means = window_means(_variance([laid.pictures[one] for one in judged]), max(1, scale), wish.crop)
    top, left = corner(int(means.argmax()), (laid.height, laid.width), max(1, scale), wish.crop)
    return top, left, crop_side(max(1, scale), wish.crop)


def _variance(pictures: Sequence[UInt8Image]) -> NDArray[np.float64]:
    """Return the variance of the pictures' luma at every pixel (H,W)."""
    planes = np.stack([luma_plane(one) for one in pictures])
    return np.asarray(planes.var(0), np.float64)


def _note(size: str, scores: Mapping[str, float | None]) -> str:
    """Return what stands beside the name of a version: PSNR and SSIM, or its size."""
    known = {metric: value for metric, value in scores.items() if value is not None}
    return ", ".join(map(_in_words, known, known.values())) or size


def _in_words(metric: str, value: float) -> str:
    """Return a score with its unit, or behind the name of its metric."""
    text = number(metric, value)
    return f"{text} {UNITS[metric]}" if metric in UNITS else f"{metric.upper()} {text}"
