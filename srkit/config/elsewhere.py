"""A hint for a part that is named in a slot of another kind: how a part of the wanted kind can hold it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args, get_origin

from srkit.config.show import in_line
from srkit.config.signature import declared
from srkit.config.spelling import kind_of
from srkit.registry import Kind, Registry


def elsewhere(name: str, wanted: Kind, catalog: Mapping[str, Registry]) -> str:
    """Return a hint to follow an unknown ``name`` of the kind ``wanted``; empty if no other kind has it.

    For the stage jpeg in a slot for a degradation: "; it is a stage, which a degradation can hold: {use: chain,
    stages: [jpeg]}".
    """
    hint = ""
    for kind in (shelf.kind for shelf in catalog.values() if shelf.kind != wanted and name in shelf):
        said = f"; it is {_article(kind)} {kind.name}"
        if held := _holder(name, kind, catalog[wanted.name]):
            return f"{said}, which {_article(wanted)} {wanted.name} can hold: {in_line(held)}"
        hint = hint or said
    return hint


def _holder(name: str, kind: Kind, shelf: Registry) -> dict[str, Any] | None:
    """Return a choice of a part on ``shelf`` that holds the part ``name`` of ``kind``; None if none can."""
    for part in shelf.values():
        options = declared(part.factory)
        for option, takes in options.items():
            if any(other.required for one, other in options.items() if one != option):
                continue  # there is more to say than the name
            if kind_of(takes.wanted) == kind:
                return {"use": part.name, option: name}
            inner = get_args(takes.wanted)[:1]
            if get_origin(takes.wanted) in (list, Sequence) and inner and kind_of(inner[0]) == kind:
                return {"use": part.name, option: [name]}
    return None


def _article(kind: Kind) -> str:
    return "an" if kind.name[0] in "aeiou" else "a"
