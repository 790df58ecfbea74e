"""Parts and the registry that shelves them by name."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from srkit.errors import PartError, UnknownPart, did_you_mean

F = TypeVar("F", bound=Callable[..., Any])

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
NOT_NAMES = frozenset({"null", "true", "false", "yes", "no", "on", "off"})
"""What YAML reads as another value, with or without capitals."""


@dataclass(frozen=True)
class Kind:
    """A sort of part, and the arguments its host wires in before the options.

    One object serves three times: as the decorator that marks a part
    (``@srkit.upsampler("x")``), as the label of a shelf, and as the annotation
    of a slot that a part of this kind fills.
    """

    name: str
    wired: tuple[str, ...] = ()

    def __call__(self, name: str) -> Callable[[F], F]:
        """Mark a class or function as the part ``name``; marking registers nothing.

        Raises:
            PartError: No name was given, YAML would read it as something else, or there is a mark already.
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


model = Kind("model", wired=("scale", "channels"))
upsampler = Kind("upsampler", wired=("channels", "scale"))
loss = Kind("loss")
degradation = Kind("degradation", wired=("scale",))
metric = Kind("metric", wired=("scale",))
dataset = Kind("dataset")
optimizer = Kind("optimizer", wired=("parameters",))
schedule = Kind("schedule", wired=("optimizer", "steps"))
tracker = Kind("tracker", wired=("folder",))
launcher = Kind("launcher")
reader = Kind("reader", wired=("build",))

KINDS = (model, upsampler, loss, degradation, metric, dataset, optimizer, schedule, tracker, launcher, reader)


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
        # not getattr: a subclass is not its parent. An instance, or None, has no vars or no name.
        mark = getattr(factory, "__dict__", {}).get("__srkit_part__")
        if mark is None:
            name = getattr(factory, "__qualname__", repr(factory))
            raise PartError(f"{origin} offers {name}, which carries no part mark")
        kind, name = mark
        if kind not in KINDS:
            raise PartError(f"{origin} offers {name!r} of a kind that srkit does not know: {kind!r}")
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
    """The parts of one kind, by name; iteration is sorted."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self._parts: dict[str, Part] = {}

    def add(self, part: Part) -> None:
        """Shelve ``part``; two parts may never share a name."""
        if other := self._parts.get(part.name):
            raise PartError(f"{self.kind.name} {part.name!r} is offered by both {other.origin} and {part.origin}")
        self._parts[part.name] = part

    def copy(self) -> Registry:
        """Return a shelf with the same parts, to try additions on."""
        other = Registry(self.kind)
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
