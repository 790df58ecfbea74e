"""One degradation after another."""

from __future__ import annotations

from typing import Any

from torch import Generator, Tensor

import srkit
from srkit.image.convert import quantise
from srkit.parts import Degradation
from srkit.parts.degradation import PER_CHANNEL, RESIZES, Traced


@srkit.degradation("chain")
class Chain:
    """Degradations in a row, one of which makes the image smaller: blur, then noise, then JPEG.

    Args:
        stages: The degradations, in order; exactly one of them resizes. Their own rounding is put off to the end.
        quantise: Round LR to 8 bits.
    """

    def __init__(self, scale: int, *, stages: list[Degradation], quantise: bool = True) -> None:
        self.stages: list[Any] = [stage(scale) for stage in stages]
        self.scale, self.quantise = scale, quantise
        self.per_channel = all(PER_CHANNEL.of(stage) for stage in self.stages)
        shrinking = sum(RESIZES.of(stage) for stage in self.stages)
        if shrinking != 1:
            raise ValueError(f"stages must have exactly one that makes the image smaller, got {shrinking}")
        for stage in self.stages:
            if isinstance(getattr(stage, "quantise", None), bool):
                stage.quantise = False

    def trace(self, high: Tensor, generator: Generator) -> tuple[Tensor, dict[str, Tensor]]:
        """Return LR (N,C,H,W) of HR (N,C,sH,sW), and what each stage drew, by name.

        A name that an earlier stage has used gets the number of its stage: ``sigma``, then ``sigma_3``.
        """
        image = high
        drawn: dict[str, Tensor] = {}
        for number, stage in enumerate(self.stages, 1):
            if isinstance(stage, Traced):
                image, more = stage.trace(image, generator)
                drawn |= {f"{name}_{number}" if name in drawn else name: value for name, value in more.items()}
            else:
                image = stage(image, generator)
        return (quantise(image) if self.quantise else image), drawn

    def __call__(self, high: Tensor, generator: Generator) -> Tensor:
        """Return LR (N,C,H,W) of HR (N,C,sH,sW)."""
        return self.trace(high, generator)[0]
