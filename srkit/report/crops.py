"""Crops side by side, chosen where they tell most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from srkit.image.array import UInt8Image
from srkit.image.color import luma
from srkit.image.convert import to_tensor
from srkit.image.files import read
from srkit.report.read import Run
from srkit.report.scores import Comparison
from srkit.report.statistics import difference
from srkit.report.tables import number

SIDE = 128
"""Longest side of a crop in HR pixels."""

SHOWN = 6
"""Images that are shown; of more, as many from the largest to the smallest gain."""

KINDS = ("lr", "bicubic", "srkit", "hr")
ROUND_RANGES = (4, 8, 16, 24, 32, 48, 64, 96, 128)

Plane = NDArray[np.float32]
"""Luma of studio range (H,W), 16..235."""


@dataclass(frozen=True)
class Place:
    """One place of an image in every version.

    ``pictures`` are crops by kind, "lr" in its own small size; ``errors`` are absolute differences
    of luma from HR, of "bicubic" and "srkit"; ``psnr`` is of the crop's luma; ``box`` is top, left,
    height and width in HR pixels, of the whole image ``hr``.
    """

    image: str
    why: str
    pictures: Mapping[str, UInt8Image]
    errors: Mapping[str, Plane]
    psnr: Mapping[str, float]
    box: tuple[int, int, int, int]
    hr: UInt8Image


@dataclass(frozen=True)
class _Versions:
    """One test image in every version, and where in it srkit gains over bicubic."""

    image: str
    pictures: Mapping[str, UInt8Image]
    planes: Mapping[str, Plane]
    gains: NDArray[np.float64]
    scale: int

    @classmethod
    def open(cls, folder: Path, image: str, scale: int) -> _Versions:
        pictures = {kind: read(folder / image / f"{kind}.png") for kind in KINDS}
        planes = {kind: luma_plane(pictures[kind]) for kind in KINDS if kind != "lr"}
        drop = (planes["bicubic"] - planes["hr"]) ** 2 - (planes["srkit"] - planes["hr"]) ** 2
        return cls(image, pictures, planes, window_means(drop, scale), scale)

    def place(self, index: int, why: str) -> Place:
        """Cut out the window ``index`` of ``gains``."""
        side, s = crop_side(self.scale), self.scale
        top, left = corner(index, self.planes["hr"].shape, s)
        window = slice(top, top + side), slice(left, left + side)
        small = slice(top // s, (top + side) // s), slice(left // s, (left + side) // s)
        planes = {kind: plane[window] for kind, plane in self.planes.items()}
        errors = {kind: np.abs(planes[kind] - planes["hr"]) for kind in ("bicubic", "srkit")}
        return Place(
            image=self.image,
            why=why,
            pictures={kind: one[small if kind == "lr" else window] for kind, one in self.pictures.items()},
            errors=errors,
            psnr={kind: psnr_of(error) for kind, error in errors.items()},
            box=(top, left, *planes["hr"].shape),
            hr=self.pictures["hr"],
        )


def places(run: Run, gain: Comparison) -> list[Place]:
    """Return of every shown image the place where srkit gains most, and of them all the worst place.

    Images go from the largest gain to the smallest. An image whose pictures are not in
    the folder is left out.

    Args:
        run: The run.
        gain: What orders the images.

    Raises:
        ImageError: A picture is damaged.
    """
    folder, unit = run.folder / "pictures", " dB" if gain.metric == "psnr" else ""
    gains = {image: difference(*pair) for image, *pair in zip(gain.images, gain.values, gain.baseline, strict=True)}
    images = [image for image in gains if all((folder / image / f"{kind}.png").is_file() for kind in KINDS)]
    images.sort(key=lambda image: gains[image], reverse=not gain.lower_is_better)
    found: list[Place] = []
    worst: tuple[float, Place] | None = None
    for image in spread(images, SHOWN):
        versions = _Versions.open(folder, image, run.summary.scale)
        whole = f"{number(gain.metric, gains[image], sign=True)}{unit} on the whole image"
        nowhere = "; srkit gains nowhere on it: here it loses least" if versions.gains.max() < 0 else ""
        found.append(versions.place(int(versions.gains.argmax()), whole + nowhere))
        lowest = float(versions.gains.min())
        if worst is None or lowest < worst[0]:
            why = "where srkit loses most, of all these images" if lowest < 0 else "where srkit gains least"
            worst = lowest, versions.place(int(versions.gains.argmin()), why)
    return [*found, worst[1]] if worst else []


def error_range(shown: list[Place]) -> int:
    """Return the error that is drawn brightest: a round number that few pixels of the places exceed."""
    errors = np.concatenate([error.ravel() for place in shown for error in place.errors.values()])
    most = np.percentile(errors, 97)
    return next((limit for limit in ROUND_RANGES if limit >= most), ROUND_RANGES[-1])


def spread(images: list[str], count: int) -> list[str]:
    """Return ``count`` of the images, first and last among them, at even distances."""
    if len(images) <= count:
        return images
    return [images[round(at)] for at in np.linspace(0, len(images) - 1, count)]


def window_means(values: NDArray[np.floating], scale: int) -> NDArray[np.float64]:
    """Return the mean of ``values`` (H,W) over every crop that ``starts`` allows; a smaller image is one crop."""
    height, width = (min(crop_side(scale), length) for length in values.shape)
    summed = np.pad(values.cumsum(0, dtype=float).cumsum(1), ((1, 0), (1, 0)))
    rows, columns = starts(values.shape[0], scale)[:, None], starts(values.shape[1], scale)
    below, right = rows + height, columns + width
    total = summed[below, right] - summed[rows, right] - summed[below, columns] + summed[rows, columns]
    return np.asarray(total / (height * width))


def corner(index: int, shape: tuple[int, ...], scale: int) -> tuple[int, int]:
    """Return top and left of the crop that ``index`` counts in ``window_means`` of an image (H,W)."""
    rows, columns = (starts(length, scale) for length in shape)
    return int(rows[index // len(columns)]), int(columns[index % len(columns)])


def starts(length: int, scale: int) -> NDArray[np.intp]:
    """Return where crops may begin along a side: half a crop apart, on whole LR pixels, the last at the end."""
    side = crop_side(scale)
    last = max(0, length - side) // scale * scale
    return np.unique([*range(0, last + 1, max(1, side // 2 // scale) * scale), last])


def crop_side(scale: int) -> int:
    """Return the longest side of a crop that is a whole number of LR pixels."""
    return max(1, SIDE // scale) * scale


def luma_plane(image: UInt8Image) -> Plane:
    """Return the luma of an image."""
    return luma(to_tensor(image))[0, 0].numpy() * np.float32(255)


def psnr_of(error: Plane) -> float:
    """Return the PSNR that errors of luma come to, in dB; infinite where there are none."""
    mean = float((error.astype(float) ** 2).mean())
    return 10 * np.log10(255**2 / mean) if mean else float("inf")
