"""Types of options: taken apart, and spelled for authors of YAML and for authors of parts."""

from __future__ import annotations

import inspect
import types
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from srkit.config.limits import ranged
from srkit.registry import Kind


def kind_of(wanted: Any) -> Kind | None:
    """Return the kind that a slot is for; None for a type that is not a slot."""
    if get_origin(wanted) is Annotated and isinstance(get_args(wanted)[1], Kind):
        kind: Kind = get_args(wanted)[1]
        return kind
    return None


def optional(wanted: Any) -> Any:
    """Return X of ``X | None``; None for a type of another form."""
    if get_origin(wanted) not in (Union, types.UnionType):
        return None
    inner = [one for one in get_args(wanted) if one is not types.NoneType]
    return inner[0] if len(inner) == 1 else None


def spell(wanted: Any) -> str:
    """Spell a type the way a YAML author would say it."""
    origin, args = get_origin(wanted), get_args(wanted)
    if (found := ranged(wanted)) is not None:
        return found[1].spelled(spell(found[0]))
    if origin is Annotated:
        return spell(args[1])
    if isinstance(wanted, Kind):
        article = "an" if wanted.name[0] in "aeiou" else "a"
        return f"{article} {wanted.name}: a name, or a mapping with 'use: NAME'"
    if origin is Literal:
        return " or ".join(map(repr, args))
    if origin in (Union, types.UnionType):
        return " or ".join("null" if arg is type(None) else spell(arg) for arg in args)
    if origin in (list, Sequence):
        return f"a list, each {spell(args[0])}"
    if origin in (dict, Mapping):
        return "a mapping" if args[1] is Any else f"a mapping, each {spell(args[1])}"
    if is_dataclass(wanted):
        return f"a mapping with {', '.join(one.name for one in fields(wanted))}"
    return "a path" if wanted is Path else inspect.formatannotation(wanted)


def python(wanted: Any) -> str:
    """Spell a type the way a Python author would say it."""
    origin, args = get_origin(wanted), get_args(wanted)
    if (found := ranged(wanted)) is not None:
        return f"Annotated[{python(found[0])}, {found[1]!r}]"
    if (kind := kind_of(wanted)) is not None:
        return kind.name.capitalize()
    if isinstance(wanted, Kind):
        return f"srkit.{wanted.name}"
    if wanted is types.NoneType:
        return "None"
    if origin in (Union, types.UnionType):
        return " | ".join(map(python, args))
    if origin in (list, Sequence, dict, Mapping):
        return f"{origin.__name__}[{', '.join(map(python, args))}]"
    return wanted.__name__ if isinstance(wanted, type) and origin is None else inspect.formatannotation(wanted)
