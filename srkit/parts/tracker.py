"""Trackers, which receive the records of a run in addition to its log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, TypeAlias

from srkit.registry import Kind
from srkit.slots import Slot

tracker = Kind(
    "tracker",
    ("folder",),
    gives="receives the records of the run in that folder",
    contract="srkit.testing.tracker:tracker",
    room="srkit.trackers",
)


class TrackerFn(Protocol):
    """Receives the records of a run as they happen: plain numbers by name.

    A resumed run opens its folder again and repeats the steps since its last checkpoint: the first record
    removes what was written for its step and later ones.
    """

    def record(self, step: int, values: Mapping[str, float], /) -> None:
        """Receive what was measured at ``step``; a perfect image has an infinite PSNR."""
        ...

    def close(self) -> None:
        """Write the records that are still held back."""
        ...


if TYPE_CHECKING:
    Tracker: TypeAlias = Slot[TrackerFn]
else:
    Tracker = tracker.slot
