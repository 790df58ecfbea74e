"""Readers, which read a network from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from srkit.registry import Ability, Kind
from srkit.slots import Slot

RECOGNISES = Ability(
    "recognises",
    True,
    "False for a reader that takes any tensors, because an option tells it the model: another reader may read a "
    "file of another model",
)

reader = Kind(
    "reader",
    ("build",),
    gives="says which files of weights it knows, and reads them",
    contract="srkit.testing.reader:reader",
    room="srkit.readers",
    abilities=(RECOGNISES,),
)

if TYPE_CHECKING:
    Reader: TypeAlias = Slot[Any]  # of srkit.network.reader.ReaderFn, which is on a higher floor
else:
    Reader = reader.slot
