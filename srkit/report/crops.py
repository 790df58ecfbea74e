"""Crops side by side, chosen where they tell most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from srkit.image.array import UInt8Image
from srkit.image.files import read
from srkit.report.read import Run

SIDE = 96
"""Side of a crop in HR pixels."""

ERROR_RANGE = 40
"""Grey levels of absolute error that are drawn white."""

KINDS = ("lr", "bicubic", "srkit", "hr")


@dataclass(frozen=True)
class Place:
    """A crop of one image in every version, with the errors of two of them, and why it was chosen."""

    image: str
    why: str
    pictures: dict[str, UInt8Image]
    errors: dict[str, UInt8Image]
    psnr: dict[str, float]


def places(run: Run) -> list[Place]:
    """Return for every test image the crop that gained most, and the one crop of all that lost most."""
    found, worst = [], None
    for image in run.images:
        pictures = {kind: read(run.folder / "pictures" / image / f"{kind}.png") for kind in KINDS}
        gains = _gains(pictures)
        top, left = _corner(gains, int(gains.argmax()))
        found.append(_place(run, image, pictures, top, left, "where srkit gains most"))
        if worst is None or gains.min() < worst[0]:
            worst = float(gains.min()), image, pictures, _corner(gains, int(gains.argmin()))
    if worst is not None:
        why = "the worst place of all: srkit loses to bicubic" if worst[0] < 0 else "where srkit gains least"
        found.append(_place(run, worst[1], worst[2], *worst[3], why))
    return found


def _gains(pictures: dict[str, UInt8Image]) -> NDArray[np.float64]:
    """Return the drop in squared error from bicubic to srkit, for every crop on a grid of half crops."""
    high = pictures["hr"].astype(float)
    drop = ((pictures["bicubic"] - high) ** 2 - (pictures["srkit"] - high) ** 2).mean(-1)
    summed = np.pad(drop.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    side = min(SIDE, *drop.shape)
    rows = np.arange(0, drop.shape[0] - side + 1, max(1, side // 2))
    columns = np.arange(0, drop.shape[1] - side + 1, max(1, side // 2))
    ends = rows[:, None] + side, columns + side
    total = (
        summed[ends] - summed[rows[:, None], ends[1]] - summed[ends[0], columns] + summed[rows[:, None], columns]
    )
    return np.asarray(total / side**2)


def _corner(gains: NDArray[np.float64], flat: int) -> tuple[int, int]:
    row, column = divmod(flat, gains.shape[1])
    return row * (SIDE // 2), column * (SIDE // 2)


def _place(run: Run, image: str, pictures: dict[str, UInt8Image], top: int, left: int, why: str) -> Place:
    scale = int(run.summary["scale"])
    top, left = top // scale * scale, left // scale * scale
    cut = {kind: _cut(picture, top, left, 1 if kind != "lr" else scale) for kind, picture in pictures.items()}
    high = cut["hr"].astype(int)
    errors = {kind: np.abs(cut[kind] - high).max(-1, keepdims=True) for kind in ("bicubic", "srkit")}
    drawn = {
        kind: (error.clip(0, ERROR_RANGE) * (255 / ERROR_RANGE)).astype(np.uint8) for kind, error in errors.items()
    }
    psnr = {kind: _psnr(cut[kind], cut["hr"]) for kind in ("bicubic", "srkit")}
    return Place(image, why, cut, drawn, psnr)


def _cut(picture: UInt8Image, top: int, left: int, factor: int) -> UInt8Image:
    side = SIDE // factor
    top, left = top // factor, left // factor
    crop = picture[top : top + side, left : left + side]
    return crop if factor == 1 else crop.repeat(factor, 0).repeat(factor, 1)


def _psnr(image: UInt8Image, target: UInt8Image) -> float:
    """PSNR of a crop over its channels; for the caption only, no protocol's number."""
    error = float(((image.astype(float) - target) ** 2).mean())
    return 10 * np.log10(255**2 / error) if error else float("inf")
