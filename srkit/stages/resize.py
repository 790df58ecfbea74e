"""Random resizing, as images go through when they are shared."""

from __future__ import annotations

from typing import Annotated, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

import srkit
from srkit.degrading.ragged import on_processor
from srkit.degrading.ranges import chosen, shares_of, span_of
from srkit.draws import Draws
from srkit.image.interpolate import Mode, interpolated
from srkit.work import Work

SMALLEST = 4
"""Smallest side, in pixels, to which an image is resized, since later stages need some pixels."""


@srkit.stage("resize")
class Resize:
    """Resize every image by a random factor in a random mode, by default without antialiasing, as many programs do.

    Args:
        factor_range: Smallest and largest factor. An enlarged image gets one from 1 to the largest, a shrunk one
            from the smallest to 1; where 1 is outside, both are the whole range.
        shares: How often images are enlarged, shrunk, and left at factor 1, relative to one another.
        modes: The modes, one of which is drawn for each image.
        antialias: Share of the images that are resized with antialiasing; area has it always.
        of: The size that the factor multiplies: that of the image, or that of LR.
    """

    @srkit.limited
    def __init__(
        self,
        scale: int,
        *,
        factor_range: list[Annotated[float, srkit.Range(above=0)]] = [0.15, 1.5],  # noqa: B006 - read, never changed
        shares: list[Annotated[float, srkit.Range(0)]] = [0.2, 0.7, 0.1],  # noqa: B006
        modes: list[Mode] = ["area", "bilinear", "bicubic"],  # noqa: B006
        antialias: Annotated[float, srkit.Range(0, 1)] = 0.0,
        of: Literal["image", "low"] = "image",
    ) -> None:
        low, high = span_of("factor_range", factor_range)
        if not modes:
            raise ValueError("modes must be one or more, got none")
        self.scale, self.modes, self.of = scale, list(modes), of
        self.antialias = antialias
        self.shares = shares_of(shares, 3, "ways: enlarging, shrinking, neither")
        around = low <= 1 <= high
        self.spans = (1.0 if around else low, high), (low, 1.0 if around else high), (1.0, 1.0)

    def __call__(self, work: Work, draws: Draws) -> Work:
        """Return the images resized; ``factor`` (N,), ``mode`` (N,), a place in ``modes``, ``antialias`` (N,)."""
        ways = chosen(self.shares, draws)
        spans = torch.tensor(self.spans, dtype=torch.float64)[ways]
        factor = spans[:, 0] + (spans[:, 1] - spans[:, 0]) * draws.uniform()
        mode = draws.integers(0, len(self.modes))
        smooth = draws.uniform() < self.antialias
        images = []
        for image, by, way, antialias in zip(
            work.images, factor.tolist(), mode.tolist(), smooth.tolist(), strict=True
        ):
            size = work.low_size if self.of == "low" else image.shape[-2:]
            images.append(resized(image, size, by, self.modes[way], antialias=antialias))
        return work.becomes(images, factor=factor, mode=mode, antialias=smooth)


def resized(image: Tensor, size: tuple[int, ...], factor: float, mode: Mode, *, antialias: bool = False) -> Tensor:
    """Return (1,C,H,W) with ``factor`` times the (height, width) of ``size``, rounded."""
    wanted = [max(round(side * factor), min(side, SMALLEST)) for side in size]
    if list(image.shape[-2:]) == wanted:
        return image
    if on_processor([image]) and (mode == "area" or not antialias):
        height, width = wanted
        planes = interpolated(image[0].float().contiguous().numpy(), height, width, mode)
        return torch.from_numpy(planes)[None].to(image.dtype)
    if mode == "area":
        return F.interpolate(image, wanted, mode=mode)
    return F.interpolate(image, wanted, mode=mode, align_corners=False, antialias=antialias)
