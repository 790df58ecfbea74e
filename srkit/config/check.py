"""Check a tree against a signature.

A constructor is its own schema: what stands before the ``*`` is wired in by the
host, what stands after it is an option that YAML may set.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, is_dataclass, replace
from pathlib import Path
from typing import Any, Literal, Self, get_args, get_origin

from srkit.config.elsewhere import elsewhere
from srkit.config.limits import Range, ranged
from srkit.config.merge import Keys, laid
from srkit.config.show import fill, names_part
from srkit.config.signature import among, declared
from srkit.config.source import Source
from srkit.config.spelling import kind_of, optional, spell
from srkit.errors import BuildError, ConfigError, OptionError, Problem, SrkitError, UnknownPart, did_you_mean
from srkit.registry import Kind, Part, Registry

DEEPEST = 40
"""Deepest nesting of parts within parts; it stops a part whose default is the part itself."""

TOO_LARGE = "can't allocate memory: you tried to allocate"
"""Part of torch's message where an array on the CPU does not fit into memory; there is no class of its own."""

LARGEST = 2**63 - 1
"""Largest whole number of an option: what torch and NumPy can hold."""


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

    def tree(self) -> dict[str, Any]:
        """Return the choice as YAML would write it; the values of its options are not converted."""
        return {"use": self.name, **self.options}

    def with_options(self, **options: Any) -> Self:
        """Return the same part with some options replaced; the new values are not checked."""
        return replace(self, options={**self.options, **options})

    def __call__(self, *wired: Any) -> Any:
        """Build the part.

        Raises:
            BuildError: The constructor raised a ``ValueError`` (it refuses an option) or an ``OSError`` (a file
                that an option names is missing), or the part does not fit into memory. The user can put these
                right, so the message has their places.
            Exception: Any other error is a bug of the part. It is raised unchanged, since the author of the part
                needs its traceback, with a note that names the part and its place in the config.
        """
        try:
            return self.part.factory(*wired, **self.options)
        except (ValueError, OSError) as error:
            raise BuildError(str(self.part), error, self.where) from error
        except SrkitError:
            raise
        except Exception as error:
            if TOO_LARGE in str(error):
                raise BuildError(str(self.part), MemoryError(str(error)), self.where) from error
            places = "".join(f"\n    {place}: {name}" for name, place in self.where.items())
            error.add_note(f"raised while building {self.part}{places}")
            raise


def check(source: Source, schema: Callable[..., Any], catalog: Mapping[str, Registry]) -> Any:
    """Return ``schema`` called with its options read from ``source``, or raise every problem at once.

    Defaults are filled in, so the result holds the value of every option.

    Raises:
        ConfigError: Lists all problems, each with its place.
    """
    checker = _Checker(source, catalog)
    built = checker.section(source.tree, schema, ())
    if checker.problems:
        raise ConfigError(checker.problems)
    return built


def check_choice(use: str, options: Mapping[str, Any], kind: Kind, catalog: Mapping[str, Registry]) -> Choice:
    """Return the checked choice of one part, for code without a config file (``Catalog.build``, tests)."""
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

    def section(self, tree: Mapping[str, Any], schema: Callable[..., Any], at: Keys, default: Any = None) -> Any:
        before = len(self.problems)
        options = self.options(tree, schema, at, default)
        if len(self.problems) > before:
            return None
        try:
            return schema(**options)
        except OptionError as error:
            self.blame((*at, *error.option.split(".")), error.message)
            return None
        except ValueError as error:
            self.blame(at, str(error))
            return None

    def options(
        self, tree: Mapping[str, Any], schema: Callable[..., Any], at: Keys, default: Any = None
    ) -> dict[str, Any]:
        """Read the options of ``schema``; those that ``tree`` leaves out come from the section ``default``."""
        takes, parameters = declared(schema), inspect.signature(schema).parameters
        for name in tree:
            if name in parameters and name not in takes:
                self.blame((*at, name), "is wired in by its host; it is not an option")
            elif name not in takes:
                self.blame((*at, name), f"unknown option{_hint(name, tree[name], takes)}")
        read = {}
        for name, option in takes.items():
            key = (*at, name)
            usual = option.default if default is None else getattr(default, name)
            if name in tree:
                read[name] = self.value(tree[name], option.wanted, key, usual)
            elif option.required and default is None:
                self.blame(key, f"missing; wants {spell(option.wanted)}")
            else:  # read in the form of YAML, so that the config.yaml of a run gives the same value again
                read[name] = self.value(fill(usual), option.wanted, key)
        return read

    def value(self, value: Any, wanted: Any, at: Keys, default: Any = None) -> Any:
        origin, args = get_origin(wanted), get_args(wanted)
        if (kind := kind_of(wanted)) is not None:
            return self.choice(value, kind, default, at)
        if (limits := ranged(wanted)) is not None:
            return self.number(value, wanted, *limits, at)
        if (inner := optional(wanted)) is not None:
            return None if value is None else self.value(value, inner, at, default)
        if origin in (list, Sequence) and isinstance(value, dict) and isinstance(default, (list, tuple)):
            value = laid(fill(default), value)
        if origin in (list, Sequence) and isinstance(value, list):
            return [self.value(item, args[0], (*at, str(index))) for index, item in enumerate(value)]
        if origin in (dict, Mapping) and isinstance(value, dict):
            return {name: self.value(item, args[1], (*at, name)) for name, item in value.items()}
        if is_dataclass(wanted) and isinstance(value, dict):
            return self.section(value, wanted, at, default)  # type: ignore[arg-type]
        if wanted is float and type(value) in (int, float):
            if abs(value) <= sys.float_info.max:
                return float(value)
            self.blame(at, f"wants a finite number, got {value!r}")
            return None
        if wanted is int and type(value) is int and abs(value) > LARGEST:
            self.blame(at, f"wants int of at most 2**63 - 1, got {value!r}")
            return None
        if wanted is Path and type(value) is str and value:
            return self.path(value, at)
        if wanted is Any or type(value) is wanted or (origin is Literal and among(value, args)):
            return value  # `type is` rather than isinstance: `true` is not a number here
        self.blame(at, f"wants {spell(wanted)}, got {value!r}{_whole(value, origin)}")
        return None

    def number(self, value: Any, wanted: Any, plain: type[int | float], limits: Range, at: Keys) -> Any:
        """Return a number within its limits."""
        if type(value) is plain or (plain is float and type(value) is int):
            if not abs(value) <= (sys.float_info.max if plain is float else LARGEST):
                return self.value(value, plain, at)  # refused as not finite, or too large
            if value in limits:
                return plain(value)
        self.blame(at, f"wants {spell(wanted)}, got {value!r}")
        return None

    def path(self, value: str, at: Keys) -> Path:
        """Return an absolute path: a relative one is relative to the file that names it."""
        try:
            path = Path(value).expanduser()
        except RuntimeError:
            self.blame(at, f"wants a path, got {value!r}; there is no user of that name with a home folder here")
            return Path(value)
        if path.is_absolute():
            return path
        path = self.source.folder(at) / path
        return path.parent.resolve() / path.name  # a link at its end is only followed when the file is opened

    def choice(self, value: Any, kind: Kind, default: Any, at: Keys) -> Choice | None:
        tree = {"use": value} if isinstance(value, str) else value
        if isinstance(tree, dict) and "use" not in tree and names_part(default):
            tree = fill(default) | tree  # options without `use` belong to the default part
        if not isinstance(tree, dict) or not isinstance(tree.get("use"), str):
            self.blame(at, f"wants {spell(kind)}, got {value!r}")
            return None
        try:
            part = self.catalog[kind.name][tree["use"]]
        except UnknownPart as error:
            hint = elsewhere(tree["use"], kind, self.catalog, ".".join(map(str, at)))
            what = f"no {kind.name} called {tree['use']!r}{hint}" if hint else str(error)
            self.blame((*at, "use") if isinstance(value, dict) else at, what)
            return None
        if len(at) > DEEPEST:
            self.blame(at[:4], "its default parts contain one another without end; give one of them explicitly")
            return None
        given = {name: value for name, value in tree.items() if name != "use"}
        where = {".".join((*at, name)): self.source.where((*at, name)) for name in tree}
        return Choice(part, self.options(given, part.factory, at), where)


def _hint(name: str, value: Any, takes: Mapping[str, Any]) -> str:
    """Return what to do about an unknown option; YAML takes ``use:net`` for a name without a value."""
    before, colon, after = name.partition(":")
    if value is None and colon and (before in takes or before == "use"):
        return f"; wants a space behind the colon: {before}: {after.lstrip()}"
    wanted = {key: option.wanted for key, option in takes.items()}
    nested = {key: one for key, one in wanted.items() if isinstance(one, type) and is_dataclass(one)}
    sections = [key for key, section in nested.items() if name in declared(section)]
    return f"; did you mean '{sections[0]}.{name}'?" if sections else did_you_mean(name, takes)


def _whole(value: Any, origin: Any) -> str:
    """Return a hint on overriding lists, for an override of an element that the list does not have."""
    if origin not in (list, Sequence) or not isinstance(value, dict):
        return ""
    return "; give the whole list, or the number of an existing element, counted from 0"
