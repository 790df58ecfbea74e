"""Schedules of the learning rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from srkit.registry import Kind
from srkit.slots import Slot

if TYPE_CHECKING:
    from torch.optim.lr_scheduler import LRScheduler

schedule = Kind(
    "schedule",
    ("optimizer", "steps"),
    gives="a torch learning-rate scheduler",
    contract="srkit.testing.schedule:schedule",
    room="srkit.schedules",
)

if TYPE_CHECKING:
    Schedule: TypeAlias = Slot[LRScheduler]
else:
    Schedule = schedule.slot
