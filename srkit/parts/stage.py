"""Stages: the steps of the degradation ``chain``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from srkit.registry import Kind
from srkit.slots import Slot

if TYPE_CHECKING:
    from srkit.draws import Draws
    from srkit.work import Work

stage = Kind(
    "stage",
    ("scale",),
    gives="callable: (work, draws) to work, one step of the degradation `chain`",
    contract="srkit.testing.stage:stage",
    room="srkit.stages",
)


class StageFn(Protocol):
    """A stage, built. Several threads call it at once in training."""

    def __call__(self, work: Work, draws: Draws, /) -> Work:
        """Return the work with other images.

        Images of a batch may differ in size. What becomes of image n depends on it and on row n of the draws alone,
        as in a ``DegradationFn``. A stage changes no tensor that it is given, and leaves ``low_size`` as it is.
        """
        ...


if TYPE_CHECKING:
    Stage: TypeAlias = Slot[StageFn]
else:
    Stage = stage.slot
