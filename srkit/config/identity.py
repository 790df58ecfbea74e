"""The identity of an experiment: a hash of its options that matter and differ from their defaults."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import MISSING, Field, field, fields, is_dataclass
from enum import Enum
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


def identity(checked: Any, roles: Collection[Role], **more: Any) -> str:
    """Return 12 hexadecimal digits, a hash of ``different(checked, roles)`` and ``more``."""
    text = json.dumps({"experiment": different(checked, roles), **more}, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def different(checked: Any, roles: Collection[Role]) -> Any:
    """Return the values in ``checked`` that differ from their defaults, so that a new option changes no hash.

    Args:
        checked: A dataclass of values and choices.
        roles: Roles of the options of dataclasses that count. Options of parts always count.
    """
    if isinstance(checked, Choice):
        return {"use": checked.name, **_set(checked, roles)}
    if names_part(checked):  # the default of a slot, not yet filled in
        return fill(checked)
    if is_dataclass(checked) and not isinstance(checked, type):
        return dict(_changed(checked, roles))
    if isinstance(checked, Mapping):
        return {name: different(value, roles) for name, value in checked.items()}
    if isinstance(checked, (list, tuple)):
        return [different(value, roles) for value in checked]
    return fill(checked)


def _changed(section: Any, roles: Collection[Role]) -> Iterator[tuple[str, Any]]:
    for one in fields(section):
        if not one.init or _role(one) not in roles:
            continue
        value = different(getattr(section, one.name), roles)
        default = one.default if one.default_factory is MISSING else one.default_factory()
        if default is MISSING or value != different(default, roles):
            yield one.name, value


def _set(choice: Choice, roles: Collection[Role]) -> dict[str, Any]:
    options = declared(choice.part.factory)
    found = {name: different(value, roles) for name, value in choice.options.items()}
    return {
        name: value
        for name, value in found.items()
        if options[name].required or value != different(options[name].default, roles)
    }


def _role(one: Field[Any]) -> Role:
    role: Role = one.metadata.get("role", Role.LEARNT)
    return role
