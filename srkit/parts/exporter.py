"""Exporters, which write a network as a file for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from srkit.registry import Ability, Kind
from srkit.slots import Slot

SUFFIXES: Ability[tuple[str, ...]] = Ability(
    "suffixes",
    (),
    "endings of the names of its files, such as `.onnx`; one without it takes any name, and wants `--format`",
)

exporter = Kind(
    "exporter",
    gives="callable: (network, target) writes the file `target` for another program, and says how it was checked",
    contract="srkit.testing.exporter:exporter",
    room="srkit.exporters",
    abilities=(SUFFIXES,),
)

if TYPE_CHECKING:
    Exporter: TypeAlias = Slot[Any]  # of srkit.network.exporter.ExporterFn, which is on a higher floor
else:
    Exporter = exporter.slot
