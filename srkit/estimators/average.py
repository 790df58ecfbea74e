"""The mean kernel of a degradation."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

import srkit
from srkit.draws import Draws
from srkit.parts import Degradation
from srkit.parts.degradation import Traced
from srkit.slots import default

SIDE = 4
"""Side, in pixels, of the LR images that are made to draw kernels."""


@srkit.estimator("average")
class Average:
    """The mean of the kernels that a degradation draws, whatever the image.

    No other fixed kernel has a smaller mean square difference from those of the degradation, so this is the
    baseline that an estimator must beat on images of that degradation.

    Args:
        degradation: The degradation whose kernels are averaged; its ``trace`` must give them.
        count: Number of kernels that are drawn.
    """

    @srkit.limited
    def __init__(
        self,
        scale: int,
        *,
        degradation: Degradation = default("anisotropic_gaussian"),
        count: Annotated[int, srkit.Range(1)] = 256,
    ) -> None:
        made = degradation(scale)
        kernels: Tensor | None = None
        if isinstance(made, Traced):
            high = torch.zeros(count, 1, SIDE * scale, SIDE * scale)
            draws = Draws.of(("average", number) for number in range(count))
            with torch.no_grad():
                kernels = made.trace(high, draws)[1].get("kernels")
        if kernels is None:
            raise ValueError(
                f"degradation must say the kernels that it draws, as anisotropic_gaussian does; "
                f"{degradation.name} says none"
            )
        self.kernel = kernels.double().mean(0, keepdim=True)

    def __call__(self, _low: Tensor, _draws: Draws) -> Tensor:
        """Return the kernel (1,k,k), in float64 on the CPU."""
        return self.kernel.clone()
