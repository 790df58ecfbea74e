"""How well a result agrees with the LR that it was made from."""

from __future__ import annotations

from typing import Annotated, Literal

import torch
from torch import Tensor

import srkit
from srkit.config.show import fill, in_line, names_part
from srkit.draws import Draws
from srkit.image.convert import gray_to_rgb
from srkit.image.convert import quantise as to_levels
from srkit.image.crop import modcrop
from srkit.metrics.protocol import ComparisonProtocol, same_shape
from srkit.parts import Degradation
from srkit.slots import default


@srkit.metric("consistency")
class Consistency:
    """PSNR in dB of the result, degraded again, against HR degraded in the same way, which is its LR.

    A result that invents details can look right and still agree with LR; one that does not agree cannot be the
    photograph. A random degradation gets the same random numbers for both images, but not those of a test's LR: the
    number then says how alike both images are after a blur, say, of this kind.

    Args:
        by: The degradation; it must take the scale.
        color: y compares BT.601 luma of studio range, rgb all channels.
        border: Pixels of LR that are cut off every side.
        quantise: Whether the result, and both LR images, are rounded to 8 bits first.
    """

    @srkit.limited
    def __init__(
        self,
        scale: int,
        *,
        by: Degradation = default("bicubic"),
        color: Literal["y", "rgb"] = "y",
        border: Annotated[int, srkit.Range(0)] = 0,
        quantise: bool = True,
    ) -> None:
        self.scale, self.by, self.quantise = scale, by(scale), quantise
        self.prepare = ComparisonProtocol(color, border, quantise, "repeat")
        self.protocol = {
            **self.prepare.describe(),
            "degraded by": in_line(fill(by)) if names_part(by) else repr(by),
        }

    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return (N,) of two (N,C,H,W) in [0,1]; sides are cut to multiples of the scale."""
        same_shape(prediction, target)
        low, wanted = (self._low(image) for image in (prediction, target))
        errors = [
            (band.prediction - band.target).square().mean((1, 2, 3)) * band.share
            for band in self.prepare.bands(low, wanted)
        ]
        return 10 * torch.log10(255**2 / torch.stack(errors).sum(0))

    @torch.no_grad()
    def _low(self, image: Tensor) -> Tensor:
        image = gray_to_rgb(modcrop(to_levels(image) if self.quantise else image, self.scale)).float()
        # every image gets the same numbers, so that a batch changes nothing
        return self.by(image, Draws.of([("consistency",)] * len(image)))
