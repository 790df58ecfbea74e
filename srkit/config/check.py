"""Check a tree against a signature.

A constructor is its own schema: what stands before the ``*`` is wired in by the
host, what stands after it is an option that YAML may set.
"""

from __future__ import annotations

import inspect
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, Union, get_args, get_origin, get_type_hints

from srkit.config.source import Keys, Source
from srkit.errors import BuildError, ConfigError, Problem, UnknownPart, did_you_mean
from srkit.registry import Kind, Part, Registry


@dataclass(frozen=True)
class Choice:
    """A part with all its options bound; call it with the wired arguments to build it."""

    part: Part
    options: Mapping[str, Any]
    where: Mapping[str, str] = field(compare=False)

    @property
    def name(self) -> str:
        """The name of the chosen part."""
        return self.part.name

    def __call__(self, *wired: Any) -> Any:
        """Build the part. A ``ValueError`` of its constructor becomes a ``BuildError`` with places."""
        try:
            return self.part.factory(*wired, **self.options)
        except ValueError as error:
            raise BuildError(str(self.part), error, self.where) from error


class Default(Protocol):
    """What a slot's default must offer: itself, as YAML would write it."""

    def tree(self) -> dict[str, Any]:
        """Return the default as YAML would write it."""
        ...


def check(source: Source, schema: Callable[..., Any], catalog: Mapping[str, Registry]) -> Any:
    """Return ``schema`` called with its options read from ``source``, or raise every problem at once.

    Defaults are filled in, so that what is returned says everything about itself.

    Raises:
        ConfigError: All the problems found, each with its place.
    """
    checker = _Checker(source, catalog)
    built = checker.section(source.tree, schema, ())
    if checker.problems:
        raise ConfigError(checker.problems)
    return built


def check_choice(use: str, options: Mapping[str, Any], kind: Kind, catalog: Mapping[str, Registry]) -> Choice:
    """Return the checked choice of one part, for code that has no file (``Catalog.build``, tests)."""
    checker = _Checker(Source({}, {}, f"{kind.name} {use!r}"), catalog)
    choice = checker.choice({"use": use, **options}, kind, None, ())
    if checker.problems or choice is None:
        raise ConfigError(checker.problems)
    return choice


@dataclass
class _Checker:
    source: Source
    catalog: Mapping[str, Registry]
    problems: list[Problem] = field(default_factory=list)

    def blame(self, keys: Keys, what: str) -> None:
        self.problems.append(Problem(self.source.where(keys), ".".join(keys), what))

    def section(self, tree: Mapping[str, Any], schema: Callable[..., Any], at: Keys) -> Any:
        before = len(self.problems)
        options = self.options(tree, schema, at)
        if len(self.problems) > before:
            return None
        try:
            return schema(**options)
        except ValueError as error:
            self.blame(at, str(error))
            return None

    def options(self, tree: Mapping[str, Any], schema: Callable[..., Any], at: Keys) -> dict[str, Any]:
        parameters = inspect.signature(schema).parameters
        takes = {name: p for name, p in parameters.items() if p.kind is p.KEYWORD_ONLY}
        hints = get_type_hints(schema.__init__ if inspect.isclass(schema) else schema, include_extras=True)
        for name in tree:
            if name in parameters and name not in takes:
                self.blame((*at, name), "is wired in by its host; it is not an option")
            elif name not in takes:
                self.blame((*at, name), f"unknown option{did_you_mean(name, takes)}")
        defaults = {name: _default(schema, p) for name, p in takes.items()}
        read = {}
        for name, wanted in ((name, hints[name]) for name in takes):
            key = (*at, name)
            if name in tree:
                read[name] = self.value(tree[name], wanted, key, defaults[name])
            elif defaults[name] is inspect.Parameter.empty:
                self.blame(key, f"missing; wants {spell(wanted)}")
            else:
                read[name] = self.filled(defaults[name], wanted, key)
        return read

    def filled(self, default: Any, wanted: Any, at: Keys) -> Any:
        """Turn a default into what YAML would have given: slots into choices, at any depth."""
        if hasattr(default, "tree"):
            return self.choice(default.tree(), _kind_of(wanted), None, at)
        if is_dataclass(wanted) and default is not None:
            return self.section({}, wanted, at)  # type: ignore[arg-type]
        if isinstance(default, list):
            (item,) = get_args(wanted)
            return [self.filled(value, item, (*at, str(index))) for index, value in enumerate(default)]
        return default

    def value(self, value: Any, wanted: Any, at: Keys, default: Any = None) -> Any:
        origin, args = get_origin(wanted), get_args(wanted)
        if origin is Annotated and isinstance(args[1], Kind):
            return self.choice(value, args[1], default, at)
        if origin in (Union, types.UnionType):  # only `X | None` is an option type
            inner = next(arg for arg in args if arg is not type(None))
            return None if value is None else self.value(value, inner, at, default)
        if origin in (list, Sequence) and isinstance(value, list):
            return [self.value(item, args[0], (*at, str(index))) for index, item in enumerate(value)]
        if origin in (dict, Mapping) and isinstance(value, dict):
            return {name: self.value(item, args[1], (*at, name)) for name, item in value.items()}
        if is_dataclass(wanted) and isinstance(value, dict):
            return self.section(value, wanted, at)  # type: ignore[arg-type]
        if wanted is float and type(value) in (int, float):
            if abs(value) <= sys.float_info.max:
                return float(value)
            self.blame(at, f"wants a finite number, got {value!r}")
            return None
        if wanted is Path and type(value) is str and value:
            return Path(value).expanduser()
        if wanted is Any or type(value) is wanted or (origin is Literal and _among(value, args)):
            return value  # `type is`, not isinstance: `true` is not a number here
        self.blame(at, f"wants {spell(wanted)}, got {value!r}")
        return None

    def choice(self, value: Any, kind: Kind, default: Any, at: Keys) -> Choice | None:
        tree = {"use": value} if isinstance(value, str) else value
        if isinstance(tree, dict) and "use" not in tree and hasattr(default, "tree"):
            tree = default.tree() | tree  # options given for the part that is there by default
        if not isinstance(tree, dict) or not isinstance(tree.get("use"), str):
            self.blame(at, f"wants {spell(kind)}, got {value!r}")
            return None
        try:
            part = self.catalog[kind.name][tree["use"]]
        except UnknownPart as error:
            self.blame((*at, "use") if isinstance(value, dict) else at, str(error))
            return None
        given = {name: value for name, value in tree.items() if name != "use"}
        where = {".".join((*at, name)): self.source.where((*at, name)) for name in tree}
        return Choice(part, self.options(given, part.factory, at), where)


def _default(schema: Callable[..., Any], parameter: inspect.Parameter) -> Any:
    if is_dataclass(schema):  # a signature shows a factory as an opaque mark
        for one in fields(schema):
            if one.name == parameter.name and callable(one.default_factory):
                return one.default_factory()
    return parameter.default


def _among(value: Any, allowed: tuple[Any, ...]) -> bool:
    return any(type(value) is type(one) and value == one for one in allowed)


def _kind_of(wanted: Any) -> Kind:
    """Find the kind in ``Slot`` or ``Slot | None``."""
    if get_origin(wanted) is Annotated:
        kind: Kind = get_args(wanted)[1]
        return kind
    return _kind_of(next(arg for arg in get_args(wanted) if arg is not type(None)))


def spell(wanted: Any) -> str:
    """Spell a type the way a YAML author would say it."""
    origin, args = get_origin(wanted), get_args(wanted)
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
