"""A stage that not every image goes through."""

from __future__ import annotations

import srkit
from srkit.degrading.order import among, named
from srkit.degrading.ranges import probability_of
from srkit.draws import Draws
from srkit.parts import Stage
from srkit.work import Work


@srkit.stage("maybe")
class Maybe:
    """Put some of the images through a stage, drawn one by one, and leave the others as they are.

    Args:
        stage: The stage.
        probability: How probable it is that an image goes through it.
    """

    def __init__(self, scale: int, *, stage: Stage, probability: float = 0.5) -> None:
        self.branches = named([stage], scale)
        self.probability = probability_of("probability", probability)

    def __call__(self, work: Work, draws: Draws) -> Work:
        """Return the images, some of them changed, and ``done`` (N,), whether each was put through."""
        done = draws.uniform() < self.probability
        return among(self.branches, 1 - done.long(), work.becomes(work.images, done=done), draws)
