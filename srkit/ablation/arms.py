"""The arms of a study by name, each with the layers that are merged into the base experiment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from srkit.ablation.study import Study
from srkit.config.merge import Keys
from srkit.config.place import Layer
from srkit.config.source import Source

BASE = "base"


@dataclass(frozen=True)
class Change:
    """One value that an arm sets, and the place where the study file sets it."""

    path: str
    value: Any
    written: Keys


@dataclass(frozen=True)
class NamedChanges:
    """The changes of an arm, a block or a further test; the base experiment has none."""

    name: str
    changes: tuple[Change, ...] = ()

    def layers(self, source: Source) -> list[Layer]:
        """Return the changes as layers, which are merged into the base experiment one after the other."""
        return [source.layer(change.written, tuple(change.path.split("."))) for change in self.changes]

    @property
    def values(self) -> dict[str, Any]:
        """The changed values by path."""
        return {change.path: change.value for change in self.changes}


def arms_of(study: Study) -> list[NamedChanges]:
    """Return the arms: the base if it is the baseline, then those of ``vary``, then those of ``arms``."""
    base = [NamedChanges(BASE)] if study.baseline == BASE and BASE not in study.arms else []
    written = [NamedChanges(name, changes_under(study.arms[name], ("arms", name))) for name in study.arms]
    return [*base, *_varied(study), *written]


def changes_under(values: Mapping[str, Any], written: Keys) -> tuple[Change, ...]:
    """Return the changes of one mapping of the study file."""
    return tuple(Change(path, value, (*written, path)) for path, value in values.items())


def _varied(study: Study) -> Iterator[NamedChanges]:
    axes = [
        [Change(path, value, ("vary", path, str(index))) for index, value in enumerate(values)]
        for path, values in study.vary.items()
    ]
    combined = product(*axes) if study.grid else ((change,) for axis in axes for change in axis)
    for changes in combined:
        if changes:
            yield NamedChanges(", ".join(_label(change, among=len(axes) > 1) for change in changes), tuple(changes))


def _label(change: Change, *, among: bool) -> str:
    """Name a change: ``subpixel(init=icnr)`` or ``depth=5``, and ``loss=l1`` if several paths vary."""
    last, value = change.path.rpartition(".")[2], change.value
    if isinstance(value, dict) and "use" in value:
        options = ", ".join(f"{name}={option}" for name, option in value.items() if name != "use")
        value = f"{value['use']}({options})" if options else value["use"]
    elif isinstance(value, str) and not among:
        return value
    return f"{last}={value}" if among or not isinstance(change.value, dict) else str(value)
