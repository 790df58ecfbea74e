"""The identity of an experiment: a hash of its options that matter and differ from their defaults.

An option that names files is known by their content, so a folder that is moved or copied changes no identity.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import MISSING, Field, field, fields, is_dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any, get_type_hints

from srkit.config.check import Choice
from srkit.config.show import fill, names_part
from srkit.config.signature import declared


class Role(Enum):
    """The results that an option of a section decides.

    An option without a role is LEARNT, which is always safe: a run does not resume with another value of it, and a
    trial with another value is another trial.
    """

    LEARNT = "the trained weights: a run does not resume with another value, and another value makes another trial"
    MEASURED = "measurements and kept weights: a run may resume with another value, but it makes another trial"
    HARMLESS = "no result: a run may resume with another value, and a finished trial stays finished"


DECISIVE = frozenset({Role.LEARNT, Role.MEASURED})
"""Roles of the options that decide the result of a trial."""

NOTHING: Mapping[str, str] = MappingProxyType({})


def option(default: Any, role: Role) -> Any:
    """Return the dataclass field of an option with its default and its role."""
    return field(default=default, metadata={"role": role})


def keys_of(section: type[Any], roles: Collection[Role], at: str = "") -> Iterator[str]:
    """Yield the dotted key of every option of ``section``, and of its own sections, that has one of ``roles``."""
    types = get_type_hints(section)
    for one in fields(section):
        key = f"{at}{one.name}"
        if is_dataclass(types[one.name]):
            yield from keys_of(types[one.name], roles, f"{key}.")
        elif _role(one) in roles:
            yield key


def values_of(
    checked: Any, roles: Collection[Role], wanted: Callable[[Any], bool], at: str = ""
) -> Iterator[tuple[str, Any]]:
    """Yield (dotted key, value) of every value in ``checked`` that is ``wanted``; nothing within such a value.

    Args:
        checked: A dataclass of values and choices.
        roles: Roles of the options of dataclasses that are searched. Options of parts always are.
        wanted: Whether a value is one of those.
        at: The key of ``checked`` itself.
    """
    if at and wanted(checked):
        yield at, checked
        return
    inner: dict[str, Any] = {}
    if isinstance(checked, Choice):
        inner = dict(checked.options)
    elif is_dataclass(checked) and not isinstance(checked, type):
        inner = {
            one.name: getattr(checked, one.name) for one in fields(checked) if one.init and _role(one) in roles
        }
    elif isinstance(checked, Mapping):
        inner = dict(checked)
    elif isinstance(checked, (list, tuple)):
        inner = {str(index): value for index, value in enumerate(checked)}
    for name, value in inner.items():
        yield from values_of(value, roles, wanted, below(at, name))


def below(at: str, name: str) -> str:
    """Return the dotted key of ``name`` below the key ``at``, which is empty for the whole experiment."""
    return f"{at}.{name}" if at else name


def identity(checked: Any, roles: Collection[Role], contents: Mapping[str, str] = NOTHING, **more: Any) -> str:
    """Return 12 hexadecimal digits, a hash of ``different(checked, roles, contents)`` and ``more``."""
    values = different(checked, roles, contents)
    text = json.dumps({"experiment": values, **more}, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def different(checked: Any, roles: Collection[Role], contents: Mapping[str, str] = NOTHING, at: str = "") -> Any:
    """Return the values in ``checked`` that differ from their defaults, so that a new option changes no hash.

    Args:
        checked: A dataclass of values and choices.
        roles: Roles of the options of dataclasses that count. Options of parts always count.
        contents: Digests that stand for the values at their dotted keys.
        at: The key of ``checked`` itself.
    """
    if at in contents:
        return {"content": contents[at]}
    if isinstance(checked, Choice):
        return {"use": checked.name, **_set(checked, roles, contents, at)}
    if names_part(checked):  # the default of a slot, not yet filled in
        return fill(checked)
    if is_dataclass(checked) and not isinstance(checked, type):
        return dict(_changed(checked, roles, contents, at))
    if isinstance(checked, Mapping):
        return {name: different(value, roles, contents, below(at, name)) for name, value in checked.items()}
    if isinstance(checked, (list, tuple)):
        return [different(value, roles, contents, below(at, str(index))) for index, value in enumerate(checked)]
    return fill(checked)


def _changed(
    section: Any, roles: Collection[Role], contents: Mapping[str, str], at: str
) -> Iterator[tuple[str, Any]]:
    for one in fields(section):
        if not one.init or _role(one) not in roles:
            continue
        value = different(getattr(section, one.name), roles, contents, below(at, one.name))
        default = one.default if one.default_factory is MISSING else one.default_factory()
        if default is MISSING or value != different(default, roles):
            yield one.name, value


def _set(choice: Choice, roles: Collection[Role], contents: Mapping[str, str], at: str) -> dict[str, Any]:
    options = declared(choice.part.factory)
    found = {name: different(value, roles, contents, below(at, name)) for name, value in choice.options.items()}
    return {
        name: value
        for name, value in found.items()
        if options[name].required or value != different(options[name].default, roles)
    }


def _role(one: Field[Any]) -> Role:
    role: Role = one.metadata.get("role", Role.LEARNT)
    return role
