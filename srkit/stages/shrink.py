"""A whole degradation as a stage."""

from __future__ import annotations

import torch

import srkit
from srkit.degrading.order import named, traced
from srkit.draws import Draws
from srkit.errors import DataError
from srkit.parts import Degradation
from srkit.slots import default
from srkit.work import Work


@srkit.stage("shrink")
class Shrink:
    """Shrink images of HR's size to LR's by a degradation: DIV2KRK's blur and subsampling, then noise.

    No stage before it may resize. Noise after it should get values that are not rounded, so the degradation
    should have ``quantise: false``, as the default has.

    Args:
        by: The degradation.
    """

    def __init__(self, scale: int, *, by: Degradation = default("anisotropic_gaussian", quantise=False)) -> None:
        self.scale = scale
        ((self.name, self.by),) = named([by], scale)

    def __call__(self, work: Work, draws: Draws) -> Work:
        """Return images of LR's size, and the values that the degradation drew.

        Raises:
            DataError: An image does not have HR's size.
        """
        wanted = [self.scale * side for side in work.low_size]
        for image in work.images:
            if list(image.shape[-2:]) != wanted:
                raise DataError(
                    f"stage shrink: wants images of HR's size, {wanted[1]} x {wanted[0]} pixels, found "
                    f"{image.shape[-1]} x {image.shape[-2]}; put it before all stages that resize, or leave it "
                    "out: the chain brings its images to LR's size in the end"
                )
        low, drawn = traced(self.by, torch.cat(work.images), draws.child(self.name))
        return work.becomes(low.chunk(len(work)), **drawn)
