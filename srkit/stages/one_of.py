"""One of several stages for every image."""

from __future__ import annotations

from typing import Annotated

import srkit
from srkit.degrading.order import among, named
from srkit.degrading.ranges import chosen, shares_of
from srkit.draws import Draws
from srkit.parts import Stage
from srkit.work import Work


@srkit.stage("one_of")
class OneOf:
    """Draw one of several stages for every image, for example Gaussian noise or shot noise.

    Args:
        choices: The stages; ``sequence`` combines several stages into one.
        shares: How often each is drawn, relative to the others; null draws all equally often.
    """

    @srkit.limited
    def __init__(
        self, scale: int, *, choices: list[Stage], shares: list[Annotated[float, srkit.Range(0)]] | None = None
    ) -> None:
        if len(choices) < 2:
            raise ValueError(f"choices must be two or more, got {len(choices)}")
        self.shares = shares_of([1.0] * len(choices) if shares is None else shares, len(choices), "choices")
        self.branches = named(choices, scale)

    def __call__(self, work: Work, draws: Draws) -> Work:
        """Return the images, each after its stage, and ``choice`` (N,)."""
        choice = chosen(self.shares, draws)
        return among(self.branches, choice, work.becomes(work.images, choice=choice), draws)
