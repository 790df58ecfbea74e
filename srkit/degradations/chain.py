"""A degradation that is put together from stages."""

from __future__ import annotations

import torch
from torch import Tensor

import srkit
from srkit.degrading.order import named, run
from srkit.draws import Draws
from srkit.image.convert import quantise
from srkit.image.resize import resize
from srkit.parts import Stage
from srkit.work import Work


@srkit.degradation("chain")
class Chain:
    """Stages one after the other, such as blur, resize, noise and JPEG, as often as wanted.

    Images that do not have LR's size after the last stage are resized to it by antialiased bicubic. Values are
    rounded at the end only, unless a stage itself rounds, as JPEG does.

    Each stage has random numbers of its own, under the name of its part (``noise``, then ``noise_2``). A stage
    that is added or removed changes the numbers of the others only if it has the same part and stands before them.

    Args:
        stages: The stages, in order.
        quantise: Whether LR is clipped to [0,1] and rounded to 8 bits.
    """

    def __init__(self, scale: int, *, stages: list[Stage], quantise: bool = True) -> None:
        if not stages:
            raise ValueError("stages must be one or more, got none; bicubic alone is the degradation bicubic")
        self.scale, self.quantise = scale, quantise
        self.stages = named(stages, scale)

    def trace(self, high: Tensor, draws: Draws) -> tuple[Tensor, dict[str, Tensor]]:
        """Return LR (N,C,H,W) of HR (N,C,sH,sW), and the drawn values of all stages by name (``noise_2.sigma``)."""
        size = high.shape[-2] // self.scale, high.shape[-1] // self.scale
        work = run(self.stages, Work(tuple(high.chunk(len(high))), size), draws)
        low = torch.cat([image if image.shape[-2:] == size else resize(image, size=size) for image in work.images])
        return (quantise(low) if self.quantise else low), dict(work.drawn)

    def __call__(self, high: Tensor, draws: Draws) -> Tensor:
        """Return LR (N,C,H,W) of HR (N,C,sH,sW)."""
        return self.trace(high, draws)[0]
