"""A hint for a part that is named in a slot of another kind: how a part of the wanted kind can hold it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, get_args, get_origin

from srkit.config.show import in_line
from srkit.config.signature import declared
from srkit.config.spelling import kind_of
from srkit.registry import Kind, Part, Registry


def elsewhere(name: str, wanted: Kind, catalog: Mapping[str, Registry], at: str = "") -> str:
    """Return a hint to follow an unknown ``name`` of the kind ``wanted``; empty if no other kind has it.

    For the stage jpeg in a slot for a degradation: "; it is a stage, which a degradation can hold: {use: chain,
    stages: [jpeg]}". For the upsampler carafe in the slot ``at`` "model", since many models hold an upsampler:
    "; it is an upsampler, which a model can hold: model.upsampler=carafe".
    """
    hint = ""
    for kind in (shelf.kind for shelf in catalog.values() if shelf.kind != wanted and name in shelf):
        said = f"; it is {_article(kind)} {kind.name}"
        if held := _holders(name, kind, catalog[wanted.name]):
            how = _option(held, name, at) or in_line(held[0])
            return f"{said}, which {_article(wanted)} {wanted.name} can hold: {how}"
        hint = hint or f"{said}; srkit parts {wanted.name} lists what can stand here"
    return hint


def _holders(name: str, kind: Kind, shelf: Registry) -> list[dict[str, Any]]:
    """Return the choices of parts on ``shelf`` that hold the part ``name`` of ``kind``, at most one a part."""
    return [choice for part in shelf.values() if (choice := _holding(name, kind, part)) is not None]


def _holding(name: str, kind: Kind, part: Part) -> dict[str, Any] | None:
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


def _option(held: Sequence[Mapping[str, Any]], name: str, at: str) -> str:
    """Return the override of the option by which most parts hold ``name``; empty if only one part does."""
    options = Counter(option for choice in held for option, value in choice.items() if value == name)
    option, parts = options.most_common(1)[0] if options else ("", 0)
    return f"{at}.{option}={name}" if at and parts > 1 else ""


def _article(kind: Kind) -> str:
    return "an" if kind.name[0] in "aeiou" else "a"
