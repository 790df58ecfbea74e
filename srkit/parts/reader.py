"""Readers, which read a network from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from srkit.registry import Kind
from srkit.slots import Slot

reader = Kind(
    "reader",
    ("build",),
    gives="says which files of weights it knows, and reads them",
    contract="srkit.testing.reader:reader",
    room="srkit.readers",
)

if TYPE_CHECKING:
    Reader: TypeAlias = Slot[Any]  # of srkit.network.reader.ReaderFn, which is on a higher floor
else:
    Reader = reader.slot
