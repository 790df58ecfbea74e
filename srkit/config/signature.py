"""The options that a signature declares, with their types and defaults.

YAML must be able to write every value of an option, also in the ``config.yaml`` of a run;
so the types are few, and all others are refused when a part is shelved, before
a config names it.
"""

from __future__ import annotations

import inspect
import sys
import types
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from srkit.config.annotation import options_of, type_of
from srkit.config.limits import ranged
from srkit.config.show import fill, names_part
from srkit.config.spelling import kind_of, optional, python
from srkit.errors import PartError
from srkit.registry import Kind, Part

MISSING = "???"
PLAIN = (bool, int, float, str)
ALLOWED = (
    "bool, int, float, Annotated[int, Range(1)], str, Path, Literal[...], list[...], Sequence[...], "
    "dict[str, ...], Mapping[str, ...], a @dataclass(kw_only=True), a slot such as srkit.parts.Upsampler, "
    "or one of these | None"
)


@dataclass(frozen=True)
class Declared:
    """One option as its author declared it."""

    wanted: Any
    required: bool
    default: Any


def declared(schema: Callable[..., Any]) -> dict[str, Declared]:
    """Return the options of a part or a section: what stands after the ``*`` of its signature.

    Raises:
        PartError: An option has no type, or one that cannot be read.
    """
    return {parameter.name: _declared(schema, parameter) for parameter in options_of(schema)}


def verify(part: Part, kinds: Collection[Kind]) -> None:
    """Check that YAML can write every option of ``part``, and that every default is a value of its type.

    Args:
        part: The part.
        kinds: All kinds, which slots may be of.

    Raises:
        PartError: Lists everything that is wrong with its options, one problem a line.
    """
    found = list(_faults(part.factory, "", ()))
    if not found:
        strange = dict.fromkeys(kind.name for kind in slots_of(part.factory) if kind not in kinds)
        found = [f"wants slots of known kinds, got one of {name!r}; offer the kind too" for name in strange]
    if "use" in inspect.signature(part.factory).parameters:
        found.append("use: wants another name; in YAML 'use' says which part it is")
    if found:
        raise PartError("\n    ".join(f"{part}: {fault}" for fault in found))


def slots_of(schema: Callable[..., Any]) -> Iterator[Kind]:
    """Yield the kind of every slot among the options of ``schema``, and in their lists and sections."""

    def within(wanted: Any, above: tuple[Any, ...]) -> Iterator[Kind]:
        if (kind := kind_of(wanted)) is not None:
            yield kind
        elif isinstance(wanted, type) and is_dataclass(wanted):
            if wanted not in above:  # a section may hold lists of itself
                for option in declared(wanted).values():
                    yield from within(option.wanted, (*above, wanted))
        else:
            for inner in get_args(wanted) if get_origin(wanted) is not Literal else ():
                yield from within(inner, above)

    for option in declared(schema).values():
        yield from within(option.wanted, ())


def _faults(schema: Callable[..., Any], at: str, above: tuple[Any, ...]) -> Iterator[str]:
    """Yield the problems of the options of ``schema``, which is nested in the sections ``above``."""
    for parameter in options_of(schema):
        name = parameter.name
        try:
            option = _declared(schema, parameter)
        except PartError as error:
            yield f"{at}{error}"
            continue
        wrong = list(_refused(option.wanted, f"{at}{name}", (*above, schema)))
        yield from wrong
        if not wrong and not option.required and not fits(option.default, option.wanted):
            what = f"wants a default that is {python(option.wanted)}, got {option.default!r}"
            yield f"{at}{name}: {what}{_instead_of(option)}"


def _refused(wanted: Any, at: str, above: tuple[Any, ...]) -> Iterator[str]:
    """Yield the problems of a type, and of the types within its lists, mappings and sections."""
    origin, args = get_origin(wanted), get_args(wanted)
    if kind_of(wanted) is not None or wanted is Any or any(wanted is one for one in (*PLAIN, Path)):
        return
    if origin is Literal and all(type(one) in (*PLAIN, types.NoneType) for one in args):
        return
    if (found := ranged(wanted)) is not None:
        if found[0] not in (int, float):
            yield f"{at}: wants the range of a number, as in Annotated[int, Range(1)], got {python(wanted)}"
    elif (inner := optional(wanted)) is not None:
        yield from _refused(inner, at, above)
    elif origin in (list, Sequence) and args:
        yield from _refused(args[0], at, above)
    elif origin in (dict, Mapping) and args[:1] == (str,):
        yield from _refused(args[1], at, above)
    elif isinstance(wanted, type) and is_dataclass(wanted) and _kw_only(wanted):
        if wanted not in above:  # a section may hold lists of itself
            yield from _faults(wanted, f"{at}.", above)
    else:
        yield f"{at}: wants a type that YAML can say ({ALLOWED}), got {python(wanted)}{_instead(wanted)}"


def _instead(wanted: Any) -> str:
    """Return a hint at what to write for a type that is refused; empty if none is known."""
    origin, args = get_origin(wanted), get_args(wanted)
    if wanted is tuple or origin is tuple:
        return f"; use list[{python(args[0]) if args else 'int'}]"
    if wanted in (list, Sequence, dict, Mapping):
        return f"; say of what, such as {'list[int]' if wanted in (list, Sequence) else 'dict[str, int]'}"
    if origin in (dict, Mapping):
        return f"; use {python(origin)}[str, ...]"
    if origin in (Union, types.UnionType):
        return "; use one of the types, or one | None"
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return f"; use Literal[{', '.join(repr(one.name) for one in wanted)}]"
    if isinstance(wanted, Kind):
        return f"; use srkit.parts.{wanted.name.title().replace('_', '')}"
    return "; make it @dataclass(kw_only=True), and each of its parameters a field" if is_dataclass(wanted) else ""


def _instead_of(option: Declared) -> str:
    """Return a hint at what to write for a default that is refused; empty if none is known."""
    inner = optional(option.wanted) or option.wanted
    if kind_of(inner) is not None:
        return "; name the part with srkit.slots.default, and give plain values"
    if option.default == MISSING:
        return "; in YAML it stands for a value that must be given"
    if inner is Path and isinstance(option.default, Path):
        return "; a path is relative to the file that names it, so a default must be absolute, or null"
    return "; a number must be finite" if inner is float and type(option.default) is float else ""


def fits(value: Any, wanted: Any) -> bool:
    """Return whether a default is a value of its type, which is one of those allowed."""
    origin, args = get_origin(wanted), get_args(wanted)
    if kind_of(wanted) is not None:
        return names_part(value) and fits(fill(value), Any)
    if (found := ranged(wanted)) is not None:
        return fits(value, found[0]) and value in found[1]
    if (inner := optional(wanted)) is not None:
        return value is None or fits(value, inner)
    if origin in (list, Sequence):
        return isinstance(value, list if origin is list else (list, tuple)) and all(
            fits(item, args[0]) for item in value
        )
    if origin in (dict, Mapping):
        return isinstance(value, origin) and all(
            type(name) is str and fits(item, args[1]) for name, item in value.items()
        )
    if is_dataclass(wanted):
        return type(value) is wanted and all(
            fits(getattr(value, name), option.wanted) for name, option in declared(wanted).items()
        )
    if origin is Literal:
        return among(value, args)
    if wanted is Any:
        return value is None or any(fits(value, one) for one in (*PLAIN, list[Any], dict[str, Any]))
    if wanted is float:
        return type(value) in (int, float) and abs(value) <= sys.float_info.max
    if wanted is Path:  # no file that a relative path could start from
        return isinstance(value, Path) and value.is_absolute()
    return type(value) is wanted and value != MISSING


def _declared(schema: Callable[..., Any], parameter: inspect.Parameter) -> Declared:
    wanted, default = type_of(schema, parameter), parameter.default
    if is_dataclass(schema):  # a signature does not show what a factory returns
        for one in fields(schema):
            if one.name == parameter.name and callable(one.default_factory):
                default = one.default_factory()
    required = default is parameter.empty
    return Declared(wanted, required, None if required else default)


def _kw_only(section: type) -> bool:
    """Return whether a dataclass takes its fields by name and nothing else, as reading it from YAML needs."""
    written = {one.name for one in fields(section) if one.init}
    return {one.name for one in options_of(section)} == written == set(inspect.signature(section).parameters)


def among(value: Any, allowed: tuple[Any, ...]) -> bool:
    """Return whether a value is one of a ``Literal``; True is not 1."""
    return any(type(value) is type(one) and value == one for one in allowed)
