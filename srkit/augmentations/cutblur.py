"""CutBlur, on the grid of LR."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor

import srkit
from srkit.draws import Draws
from srkit.image.resize import resize
from srkit.parts.augmentation import Partners

SPREAD = 0.01
"""Standard deviation of the share of a side that is cut, as in the authors' code."""


@srkit.augmentation("cutblur")
class CutBlur:
    """LR with a rectangle of clean LR in it, or clean LR with a rectangle of LR in it (Yoo et al. 2020); HR stays.

    Clean LR is HR shrunk by antialiased bicubic. So a network sees spoilt and clean places side by side and must
    learn where, and how much, to restore. In the paper the network gets LR enlarged to HR's size, and the other
    image is HR itself. srkit's networks get LR, on whose grid there is no HR, so this is the form of the paper's
    section on denoising and JPEG artefacts, taken to LR. **With the degradation bicubic it changes almost
    nothing**: use it with blur, noise or JPEG.

    Args:
        alpha: Mean side of the rectangle, as a share of the image's; it varies with a standard deviation of 0.01.
        probability: How often a crop is cut.
    """

    @srkit.limited
    def __init__(
        self,
        scale: int,  # noqa: ARG002 - wired in to every augmentation
        *,
        alpha: Annotated[float, srkit.Range(0, 1)] = 0.7,
        probability: Annotated[float, srkit.Range(0, 1)] = 1.0,
    ) -> None:
        self.alpha, self.probability = alpha, probability

    def __call__(
        self,
        low: Tensor,
        high: Tensor,
        partners: Partners,  # noqa: ARG002 - a crop needs no other
        draws: Draws,
    ) -> tuple[Tensor, Tensor]:
        """Return LR (N,C,h,w) with parts of clean LR, and HR (N,C,s*h,s*w) as it is."""
        chosen = (draws.uniform() < self.probability).tolist()
        shares = (self.alpha + SPREAD * draws.normal().double()).clamp(0, 1).tolist()
        places, inside = draws.uniform(2).tolist(), (draws.uniform() < 0.5).tolist()
        (height, width), result = low.shape[-2:], low.clone()
        for row, share in enumerate(shares):
            if not chosen[row]:
                continue
            rows, columns = (
                _cut(side, share, place) for side, place in zip((height, width), places[row], strict=True)
            )
            clean = resize(high[row : row + 1], size=(height, width))[0].clamp(0, 1)
            if inside[row]:
                result[row, :, rows, columns] = clean[:, rows, columns]
            else:
                result[row] = clean
                result[row, :, rows, columns] = low[row, :, rows, columns]
        return result, high


def _cut(side: int, share: float, place: float) -> slice:
    """Return ``share`` of a side, rounded down, at a place from [0,1)."""
    length = int(side * share)
    begin = int(place * (side - length + 1))
    return slice(begin, begin + length)
