"""Limits of options, as annotations: ``depth: Annotated[int, Range(1)] = 10``.

A limit is written once. YAML is checked against it, with the place of the value; the reference and the JSON schema
show it; and a constructor marked ``@limited`` refuses the same when Python calls it.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, cast, get_args, get_origin

from srkit.config.annotation import options_of, type_of

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Range:
    """The values that a number may have; ``Range(2, 16)`` is from 2 to 16, ``Range(1)`` 1 and more.

    Args:
        low: The lowest value.
        high: The highest value.
        above: The number that all values are above.
        below: The number that all values are below.
        odd: Whether a whole number must be odd.
        multiple_of: What a whole number must be a multiple of.
    """

    low: float | None = None
    high: float | None = None
    above: float | None = field(default=None, kw_only=True)
    below: float | None = field(default=None, kw_only=True)
    odd: bool = field(default=False, kw_only=True)
    multiple_of: int = field(default=1, kw_only=True)

    def __contains__(self, value: float) -> bool:
        return (
            (isinstance(value, int) or math.isfinite(value))
            and (self.low is None or value >= self.low)
            and (self.high is None or value <= self.high)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
            and (not self.odd or value % 2 == 1)
            and (self.multiple_of == 1 or value % self.multiple_of == 0)
        )

    def __repr__(self) -> str:
        given = [f"{value:g}" for value in (self.low, self.high) if value is not None]
        if self.low is None and self.high is not None:
            given = [f"high={self.high:g}"]
        given += [f"{name}={value:g}" for name in ("above", "below") if (value := getattr(self, name)) is not None]
        given += ["odd=True"] * self.odd + [f"multiple_of={self.multiple_of}"] * (self.multiple_of != 1)
        return f"Range({', '.join(given)})"

    def spelled(self, number: str) -> str:
        """Return the range in words, after the name of its number type: ``int from 2 to 16``."""
        if self.low is not None and self.high is not None:
            ends = [f"from {_plain(self.low)} to {_plain(self.high)}"]
        else:
            ends = [f"of at least {_plain(self.low)}"] if self.low is not None else []
            ends += [f"of at most {_plain(self.high)}"] if self.high is not None else []
        ends += [f"above {_plain(self.above)}"] if self.above is not None else []
        ends += [f"below {_plain(self.below)}"] if self.below is not None else []
        words = f"{'odd ' if self.odd else ''}{number} {' and '.join(ends)}".strip()
        return f"{words}, a multiple of {self.multiple_of}" if self.multiple_of != 1 else words


def _plain(number: float) -> str:
    """Return a number as it is written: all digits of a whole one."""
    return str(number) if isinstance(number, int) else f"{number:g}"


def ranged(wanted: Any) -> tuple[Any, Range] | None:
    """Return the number type and the range of ``Annotated[int, Range(1)]``; None for a type without a range."""
    if get_origin(wanted) is Annotated and isinstance(get_args(wanted)[1], Range):
        number, limits = get_args(wanted)[:2]
        return number, limits
    return None


def limited(function: F) -> F:
    """Make a constructor, or a function that is a part, refuse options outside their ranges.

    It serves calls from Python; values from YAML have been checked before. The decorator of the kind marks the
    part's class or function, and this one its ``__init__`` or the function.

    The marked function raises ValueError for the first option that is outside its range.
    """

    @functools.cache
    def types() -> dict[str, Any]:  # at the first call: annotations may name classes defined further down
        return {one.name: type_of(function, one) for one in options_of(function)}

    @functools.wraps(function)
    def checked(*wired: Any, **options: Any) -> Any:
        for name, value in options.items():
            _refuse(name, value, types().get(name))
        return function(*wired, **options)

    return cast("F", checked)


def check_fields(section: Any) -> None:
    """Refuse fields of a dataclass outside their ranges; call it in ``__post_init__``.

    Raises:
        ValueError: Names the first field that is outside its range.
    """
    schema: Any = type(section)
    for name, wanted in _field_types(schema).items():
        _refuse(name, getattr(section, name), wanted)


@functools.cache
def _field_types(schema: Any) -> dict[str, Any]:
    """Return the types of a dataclass's fields by name; reading them from the annotations takes milliseconds."""
    return {one.name: type_of(schema, one) for one in options_of(schema)}


def _refuse(name: str, value: Any, wanted: Any) -> None:
    for where, number, limits, found in _outside(name, value, wanted):
        raise ValueError(f"{where}: wants {limits.spelled(number)}, got {found!r}")


def _outside(at: str, value: Any, wanted: Any) -> Iterator[tuple[str, str, Range, Any]]:
    """Yield (place, type, range, value) of every number in ``value`` that is outside the range of its type."""
    origin, args = get_origin(wanted), get_args(wanted)
    if (found := ranged(wanted)) is not None:
        number, limits = found
        if isinstance(value, (int, float)) and value not in limits:
            yield at, number.__name__, limits, value
    elif origin in (Union, UnionType):  # X | None
        for one in args:
            yield from _outside(at, value, one)
    elif origin in (dict, Mapping) and isinstance(value, Mapping):
        for name, one in value.items():
            yield from _outside(f"{at}.{name}", one, args[1])
    elif origin in (list, Sequence) and isinstance(value, (list, tuple)):
        for index, one in enumerate(value):
            yield from _outside(f"{at}.{index}", one, args[0])
