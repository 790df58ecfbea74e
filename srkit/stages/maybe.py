"""A stage for some of the images."""

from __future__ import annotations

from typing import Annotated

import srkit
from srkit.degrading.order import among, named
from srkit.draws import Draws
from srkit.parts import Stage
from srkit.work import Work


@srkit.stage("maybe")
class Maybe:
    """Put each image through a stage with a given probability, and leave the others unchanged.

    Args:
        stage: The stage.
        probability: Probability that an image goes through the stage.
    """

    @srkit.limited
    def __init__(self, scale: int, *, stage: Stage, probability: Annotated[float, srkit.Range(0, 1)] = 0.5) -> None:
        self.branches = named([stage], scale)
        self.probability = probability

    def __call__(self, work: Work, draws: Draws) -> Work:
        """Return the images, some of them changed, and ``done`` (N,), whether each went through the stage."""
        done = draws.uniform() < self.probability
        return among(self.branches, 1 - done.long(), work.becomes(work.images, done=done), draws)
