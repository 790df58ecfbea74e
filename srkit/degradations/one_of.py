"""One of several degradations for every image."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import Tensor

import srkit
from srkit.degrading.order import named, together, traced
from srkit.degrading.ranges import chosen, shares_of
from srkit.draws import Draws
from srkit.parts import Degradation


@srkit.degradation("one_of")
class OneOf:
    """Draw one of several degradations for every image: some are blurred, for example, some shrunk by bicubic.

    A network for all photographs must be trained on sharp and on poor ones; after training on a single
    degradation it handles that one well and may damage other photographs.

    Args:
        choices: The degradations.
        shares: How often each is drawn, relative to the others; null draws all equally often.
    """

    @srkit.limited
    def __init__(
        self,
        scale: int,
        *,
        choices: list[Degradation],
        shares: list[Annotated[float, srkit.Range(0)]] | None = None,
    ) -> None:
        if len(choices) < 2:
            raise ValueError(f"choices must be two or more, got {len(choices)}")
        self.shares = shares_of([1.0] * len(choices) if shares is None else shares, len(choices), "choices")
        self.choices = named(choices, scale)

    def trace(self, high: Tensor, draws: Draws) -> tuple[Tensor, dict[str, Tensor]]:
        """Return LR (N,C,H,W) of HR (N,C,sH,sW), ``choice`` (N,), and what one drew that all images got."""
        choice = chosen(self.shares, draws)
        low: list[Tensor] = [*high.chunk(len(high))]
        drawn: dict[str, Tensor] = {"choice": choice}
        for number, (name, degradation) in enumerate(self.choices):
            rows = (choice == number).nonzero()[:, 0].tolist()
            if not rows:
                continue
            some, own = high[rows], draws.child(name)[rows]
            part, more = traced(degradation, some, own)
            for row, image in zip(rows, part.chunk(len(rows)), strict=True):
                low[row] = image
            if len(rows) == len(high):
                drawn = together(drawn, more, name)
        return torch.cat(low), drawn

    def __call__(self, high: Tensor, draws: Draws) -> Tensor:
        """Return LR (N,C,H,W) of HR (N,C,sH,sW)."""
        return self.trace(high, draws)[0]
