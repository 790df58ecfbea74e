"""An estimator of blur kernels for srkit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
import torch
from torch import Tensor

import srkit
from srkit.degrading.kernels import gaussian, normalised
from srkit.draws import Draws


@srkit.estimator("starter")
class Starter:
    """A round Gaussian of one width, whatever the image.

    Args:
        variance: Its variance in both directions, in LR pixels squared.
    """

    @srkit.limited
    def __init__(self, scale: int, *, variance: Annotated[float, srkit.Range(above=0)] = 0.3) -> None:
        side = 8 * scale + 1
        centre = (side - 1) / 2 + (scale - 1) / 2  # so that the kernel leaves an image where it is
        variances = np.full((1, 2), variance * scale**2)
        self.kernel = torch.from_numpy(normalised(gaussian(variances, np.zeros(1), side, centre)))

    def __call__(self, low: Tensor, draws: Draws) -> Tensor:  # noqa: ARG002
        """Return the kernel (1,k,k) of low (1,C,h,w), with the sum 1."""
        return self.kernel.clone()


@srkit.hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the parts of this package to srkit."""
    return [Starter]
