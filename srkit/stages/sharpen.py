"""Sharpening of what LR is made from."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import srkit
from srkit.degrading.by_size import by_size
from srkit.degrading.unsharp import sharpened
from srkit.draws import Draws
from srkit.work import Work


@srkit.stage("sharpen")
class Sharpen:
    """Sharpen every image by an unsharp mask, where it has edges (USM; Wang et al. 2021, Real-ESRGAN).

    As the first stage it sharpens HR for the making of LR only; the target of the loss stays as it is. The dataset
    ``sharpened`` sharpens both, and does it once for every image instead of once for every crop.

    Args:
        amount: How much of the difference from the blurred copy is added.
        sigma: Standard deviation of the Gaussian that blurs the copy, in pixels.
        threshold: The least difference from the blurred copy that is sharpened, in grey levels (0 to 255).
    """

    @srkit.limited
    def __init__(
        self,
        scale: int,
        *,
        amount: Annotated[float, srkit.Range(0)] = 0.5,
        sigma: Annotated[float, srkit.Range(0.1, 100)] = 8.0,
        threshold: Annotated[float, srkit.Range(0, 255)] = 10.0,
    ) -> None:
        self.scale = scale
        self.sharpened = partial(sharpened, amount=amount, sigma=sigma, threshold=threshold)

    def __call__(self, work: Work, _draws: Draws) -> Work:
        """Return the images sharpened."""
        return work.becomes(by_size(self.sharpened, work.images))
