"""Several stages as one."""

from __future__ import annotations

import srkit
from srkit.degrading.order import named, run
from srkit.draws import Draws
from srkit.parts import Stage
from srkit.work import Work


@srkit.stage("sequence")
class Sequence:
    """Stages one after the other, as a single stage for a choice of ``one_of`` or for ``maybe``.

    Args:
        stages: The stages, in order.
    """

    def __init__(self, scale: int, *, stages: list[Stage]) -> None:
        self.stages = named(stages, scale)

    def __call__(self, work: Work, draws: Draws) -> Work:
        """Return the images after all stages, and the values that the stages drew."""
        return run(self.stages, work, draws)
