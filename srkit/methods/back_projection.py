"""Iterative back-projection."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

import srkit
from srkit.degrading.blur import blur
from srkit.draws import Draws
from srkit.image.resize import resize
from srkit.parts import Estimator
from srkit.parts.method import LEAST
from srkit.slots import default


@srkit.method("back_projection")
class BackProjection:
    """Enlarge by bicubic, then repeatedly add the enlarged difference between LR and the shrunk result.

    Irani and Peleg, CVGIP 1991: high <- high + bicubic(low - shrunk(high)), where shrinking is a correlation with
    the kernel of the estimator. Nothing is learnt. The result comes ever closer to one that shrinks to LR exactly,
    as long as the kernel keeps LR where it is, within about half an LR pixel. Noise in LR is amplified: a noisy or
    compressed image wants few steps.

    Args:
        estimator: Estimates the kernel that made LR; bicubic is right for LR from antialiased bicubic.
        steps: How often the difference is added; 0 is bicubic.
    """

    @srkit.limited
    def __init__(
        self, scale: int, *, estimator: Estimator = default("bicubic"), steps: Annotated[int, srkit.Range(0)] = 10
    ) -> None:
        self.scale, self.steps = scale, steps
        self.estimator = estimator(scale)
        self.least = LEAST.of(self.estimator)

    def __call__(self, low: Tensor, draws: Draws) -> Tensor:
        """Return high (1,C,s*h,s*w) of low (1,C,h,w)."""
        kernel = self.estimator(low, draws.child("estimator"))
        with torch.no_grad():
            high = resize(low, self.scale)
            for _ in range(self.steps):
                high = high + resize(low - blur(high, kernel, self.scale), self.scale)
        return high
