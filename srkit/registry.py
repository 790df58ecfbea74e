"""Kinds of parts, parts, and the registry that shelves the parts of a kind by name."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar

from srkit.errors import PartError, UnknownPart, did_you_mean
from srkit.slots import Slot

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
NOT_NAMES = frozenset({"null", "true", "false", "yes", "no", "on", "off"})
"""Words that YAML reads as other values, in lower or upper case; they cannot be names."""


@dataclass(frozen=True)
class Ability(Generic[T]):
    """An optional attribute of the parts of a kind, and the value that holds for a part without it.

    Args:
        name: The name of the attribute.
        neutral: The value for a part without the attribute.
        meaning: Meaning of the attribute, for the documentation.
    """

    name: str
    neutral: T
    meaning: str

    def of(self, part: object) -> T:
        """Return the value of a built part, or the neutral value."""
        value: T = getattr(part, self.name, self.neutral)
        return value


@dataclass(frozen=True)
class Kind:
    """A kind of part, and the arguments that its host wires in before the options.

    One object serves three times: as the decorator that marks a part
    (``@srkit.upsampler("x")``), as the label of a shelf, and as the annotation
    of a slot that a part of this kind fills.

    Args:
        name: The name of the kind in YAML, messages and listings.
        wired: Names of the parameters that a part takes before its options, in their order.
        gives: The result of calling a part with them, in words, for the documentation.
        contract: ``module:function`` that checks what every part of the kind must keep. It is imported when a part
            is checked: ``function(part, make)`` raises AssertionError (see ``srkit.testing``).
        room: The module that offers the built-in parts; empty where there are none.
        abilities: The optional attributes of its parts.
    """

    name: str
    wired: tuple[str, ...] = ()
    gives: str = field(default="", kw_only=True)
    contract: str = field(kw_only=True)
    room: str = field(default="", kw_only=True)
    abilities: tuple[Ability[Any], ...] = field(default=(), kw_only=True, compare=False)

    @property
    def slot(self) -> Any:
        """The annotation of an option that a part of this kind fills."""
        return Annotated[Slot[Any], self]

    def __call__(self, name: str) -> Callable[[F], F]:
        """Mark a class or function as the part ``name``; marking registers nothing.

        Raises:
            PartError: No name was given, YAML would read it as another value, or there is a mark already.
        """
        if not isinstance(name, str) or not NAME.fullmatch(name) or name.lower() in NOT_NAMES:
            raise PartError(
                f"@srkit.{self.name} wants a name of letters, digits, _ and -, a letter first, "
                f"as in @srkit.{self.name}('mine'), got {getattr(name, '__qualname__', repr(name))}"
            )

        def mark(factory: F) -> F:
            if other := getattr(factory, "__dict__", {}).get("__srkit_part__"):
                raise PartError(
                    f"@srkit.{self.name}({name!r}) wants a class or function without a mark, got "
                    f"{getattr(factory, '__qualname__', repr(factory))}, which is {other[0].name} {other[1]!r}; "
                    "write a subclass or a function for the second part"
                )
            factory.__srkit_part__ = self, name  # type: ignore[attr-defined]
            return factory

        return mark


@dataclass(frozen=True)
class Part:
    """A marked factory, checked against its kind."""

    kind: Kind
    name: str
    factory: Callable[..., Any]
    origin: str

    def __str__(self) -> str:
        return f"{self.kind.name} {self.name!r} ({self.origin})"

    @property
    def summary(self) -> str:
        """The first line of the factory's docstring."""
        return (inspect.getdoc(self.factory) or "").partition("\n")[0]

    @classmethod
    def of(cls, factory: Callable[..., Any], origin: str) -> Part:
        """Read the mark on ``factory`` and check that it takes what its kind wires in."""
        # not getattr: a subclass must not offer its parent's part. An instance, or None, has no vars or no name.
        mark = getattr(factory, "__dict__", {}).get("__srkit_part__")
        if mark is None:
            name = getattr(factory, "__qualname__", repr(factory))
            raise PartError(f"{origin} offers {name}, which carries no part mark")
        kind, name = mark
        takes = inspect.signature(factory).parameters.values()
        wired = tuple(p.name for p in takes if p.kind is p.POSITIONAL_OR_KEYWORD)
        loose = any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD, p.POSITIONAL_ONLY) for p in takes)
        if wired != kind.wired or loose:
            raise PartError(
                f"{kind.name} {name!r} of {origin} must take ({', '.join((*kind.wired, '*', '...'))}): "
                "what the host wires in, then its options as keywords; "
                f"it takes {inspect.signature(factory)}"
            )
        return cls(kind, name, factory, origin)


class Registry(Mapping[str, Part]):
    """The parts of one kind, by name; iteration is sorted.

    Args:
        kind: The kind of all its parts.
        origin: The package that offers the kind: srkit, or a plugin.
    """

    def __init__(self, kind: Kind, origin: str = "srkit") -> None:
        self.kind, self.origin = kind, origin
        self._parts: dict[str, Part] = {}

    def add(self, part: Part) -> None:
        """Shelve ``part``; two parts may never share a name."""
        if other := self._parts.get(part.name):
            raise PartError(f"{self.kind.name} {part.name!r} is offered by both {other.origin} and {part.origin}")
        self._parts[part.name] = part

    def copy(self) -> Registry:
        """Return a copy with the same parts, to try additions on."""
        other = Registry(self.kind, self.origin)
        other._parts = dict(self._parts)
        return other

    def __getitem__(self, name: str) -> Part:
        if part := self._parts.get(name):
            return part
        raise UnknownPart(f"no {self.kind.name} called {name!r}{did_you_mean(name, self)}")

    def __contains__(self, name: object) -> bool:
        return name in self._parts

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._parts))

    def __len__(self) -> int:
        return len(self._parts)
