"""Stages in a random order."""

from __future__ import annotations

from typing import Annotated

import torch

import srkit
from srkit.degrading.order import among, named
from srkit.draws import Draws
from srkit.parts import Stage
from srkit.work import Work


@srkit.stage("shuffle")
class Shuffle:
    """Put every image through all stages, some images in a random order of their own (Zhang et al. 2021, BSRGAN).

    What a stage draws does not depend on its place in the order. A group of stages that must stay together is a
    ``sequence``.

    Args:
        stages: The stages, two or more; images that are not shuffled go through them in this order.
        probability: Probability that an image gets an order of its own.
    """

    @srkit.limited
    def __init__(
        self, scale: int, *, stages: list[Stage], probability: Annotated[float, srkit.Range(0, 1)] = 1.0
    ) -> None:
        if len(stages) < 2:
            raise ValueError(f"stages must be two or more, got {len(stages)}")
        self.stages, self.probability = named(stages, scale), probability

    def __call__(self, work: Work, draws: Draws) -> Work:
        """Return the images after all stages, and ``order`` (N,S), the places of the stages as they were run."""
        count = len(self.stages)
        shuffled = draws.uniform() < self.probability
        # stable, so that equal numbers, which are improbable, give the same order everywhere
        own = draws.uniform(count).argsort(dim=1, stable=True)
        order = torch.where(shuffled[:, None], own, torch.arange(count))
        after = work.becomes(work.images, order=order)
        for place in range(count):
            after = among(self.stages, order[:, place], after, draws)
        return after
