"""Dataclasses out of JSON: every field is checked against its annotation."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass
from pathlib import Path
from typing import Any, Self, TypeVar, Union, get_args, get_origin, get_type_hints

from srkit.errors import RunError
from srkit.records.jsonfile import read_lines, read_object, write_lines, write_object

T = TypeVar("T")

NOT_FINITE = ("inf", "-inf", "nan")
"""Strings in srkit's JSON for floats that JSON has no number for."""


class ObjectFile:
    """A dataclass that has a file for itself: one JSON object, its keys the names of the fields."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the file.

        Raises:
            RunError: The file is missing or damaged, or a value is missing or of another type.
        """
        return from_values(cls, read_object(path), str(path))

    def write(self, path: Path) -> None:
        """Write the file, whole or not at all."""
        write_object(path, asdict(self))  # type: ignore[call-overload]


class RowFile:
    """A dataclass that is one line of a file: a JSON object, its keys the names of the fields."""

    @classmethod
    def read_all(cls, path: Path) -> Iterator[Self]:
        """Yield the rows of the file.

        Raises:
            RunError: The file is missing, or a row is damaged, lacks a value or has one of another type.
        """
        for number, row in enumerate(read_lines(path), 1):
            yield from_values(cls, row, f"{path}:{number}")

    @classmethod
    def write_all(cls, path: Path, rows: Iterable[Self]) -> None:
        """Write the file, whole or not at all."""
        write_lines(path, (asdict(row) for row in rows))  # type: ignore[call-overload]


def from_values(kind: type[T], values: Mapping[str, Any], where: str) -> T:
    """Make a dataclass from plain values by name; names that it does not know are left out.

    Args:
        kind: The dataclass.
        values: What JSON holds.
        where: The place of the values, with which a message begins.

    Raises:
        RunError: A value is missing or of another type than its field.
    """
    hints = get_type_hints(kind)
    known = [one for one in fields(kind) if one.init]  # type: ignore[arg-type]
    needed = [one.name for one in known if one.default is MISSING and one.default_factory is MISSING]
    if missing := [name for name in needed if name not in values]:
        raise RunError(f"{where}: wants {' and '.join(missing)}; found {', '.join(values) or 'nothing'}")
    return kind(
        **{
            one.name: _checked(hints[one.name], values[one.name], where, one.name)
            for one in known
            if one.name in values
        }
    )


def _checked(hint: Any, value: Any, where: str, name: str) -> Any:
    """Return ``value`` as the annotation ``hint`` wants it.

    Raises:
        RunError: It is of another type.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return value
    if origin in (Union, types.UnionType):
        return None if value is None else _checked(arguments[0], value, where, name)
    if is_dataclass(hint) and isinstance(value, Mapping):
        return from_values(hint, value, f"{where}: {name}")  # type: ignore[arg-type]
    if origin is tuple and isinstance(value, list):
        return tuple(_checked(arguments[0], one, where, f"{name}[{at}]") for at, one in enumerate(value))
    if origin is Mapping and isinstance(value, Mapping):
        return {key: _checked(arguments[1], one, where, f"{name}.{key}") for key, one in value.items()}
    if hint is float and (value in NOT_FINITE or type(value) in (int, float)):
        return float(value)
    if isinstance(hint, type) and type(value) is hint:
        return value
    raise RunError(f"{where}: {name}: wants {_said(hint)}, found {value!r}")


def _said(hint: Any) -> str:
    """Return a type in words, for messages."""
    if get_origin(hint) is tuple:
        return "a list"
    if get_origin(hint) is Mapping or is_dataclass(hint):
        return "an object"
    return {int: "a whole number", float: "a number", str: "text", bool: "true or false"}[hint]
