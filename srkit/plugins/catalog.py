"""The catalog: parts and kinds of the built-in rooms and of each installed plugin, shelved by kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import EntryPoint
from typing import Any, cast

import pluggy

from srkit import hookspecs
from srkit.config.check import check_choice
from srkit.config.signature import verify
from srkit.errors import PartError, did_you_mean
from srkit.installed import installed, owner_of
from srkit.parts import KINDS
from srkit.plugins.rooms import BUILT_IN
from srkit.registry import NAME, Kind, Part, Registry

HOOKS = ("srkit_parts",)
LEAVE_OUT = "set SRKIT_PLUGINS to a comma list of the plugins to load, or to nothing for none"


@dataclass
class Plugin:
    """An installed package that offers parts and kinds of parts, or the problem that kept it from loading."""

    name: str
    version: str
    module: str
    parts: list[Part] = field(default_factory=list)
    kinds: list[Kind] = field(default_factory=list)
    problem: str | None = None

    @property
    def origin(self) -> str:
        """The package and its version, as messages about its parts name it."""
        return f"{self.name} {self.version}".strip()


class Catalog(Mapping[str, Registry]):
    """The shelves, by the name of their kind, and the plugins that filled them."""

    def __init__(self) -> None:
        self._shelves = {kind.name: Registry(kind) for kind in KINDS}
        self.plugins: list[Plugin] = []

    def __getitem__(self, kind: str) -> Registry:
        return self._shelves[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._shelves)

    def __len__(self) -> int:
        return len(self._shelves)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """All kinds: those of srkit first, in their order, then those of plugins."""
        return tuple(shelf.kind for shelf in self._shelves.values())

    def add(self, parts: Iterable[Part], *, kinds: Iterable[Kind] = (), origin: str = "") -> None:
        """Shelve ``parts``: all of them, or none if a name is taken or YAML cannot write an option.

        Args:
            parts: The parts.
            kinds: New kinds, each of which gets a shelf first.
            origin: The package that offers the new kinds.

        Raises:
            PartError: Tells what is wrong with the first kind or part that is refused.
        """
        shelves = {kind: shelf.copy() for kind, shelf in self._shelves.items()}
        for kind in kinds:
            if not NAME.fullmatch(kind.name):
                raise PartError(f"{origin} offers a kind {kind.name!r}; wants a name of letters, digits, _ and -")
            if taken := shelves.get(kind.name):
                raise PartError(f"the kind {kind.name!r} is offered by both {taken.origin} and {origin}")
            shelves[kind.name] = Registry(kind, origin)
        known = [shelf.kind for shelf in shelves.values()]
        for part in parts:
            if part.kind not in known:
                raise PartError(
                    f"{part.origin} offers {part.name!r} of a kind {part.kind.name!r} that srkit does not know; "
                    "a plugin that brings a kind returns it from srkit_parts() too"
                )
            verify(part, known)
            shelves[part.kind.name].add(part)
        self._shelves = shelves

    def build(self, kind: str, use: str, *wired: Any, **options: Any) -> Any:
        """Check ``options`` as a config would be, and build the part ``use``.

        It builds parts without a config file: ``catalog.build("model", "lapsrn", 4, 1, depth=5)``.

        Raises:
            ConfigError: An option is unknown, missing, or of the wrong type.
            BuildError: The part refuses a value.
        """
        return check_choice(use, options, self[kind].kind, self)(*wired)


def load_catalog(points: Iterable[EntryPoint] | None = None, *, survive: bool = False) -> Catalog:
    """Return the catalog of all built-in parts and those of the plugins behind ``points``.

    Args:
        points: Entry points of the group ``srkit``; None is every installed one.
        survive: Whether to note the problem of a plugin on its ``Plugin`` and go on (``srkit plugins``),
            instead of raising.

    Raises:
        PartError: Lists every plugin that does not load, misspells the hook, or offers
            something that is no part or a name that is taken.
    """
    catalog = Catalog()
    for room in BUILT_IN:
        _shelve(catalog, Plugin("srkit", "", room), import_module(room), origin=room)
    for point in installed() if points is None else points:
        plugin = Plugin(owner_of(point), point.dist.version if point.dist else "", point.value)
        if any(plugin.name == other.name for other in catalog.plugins):
            plugin.problem = "declares more than one srkit entry point; one module may offer all its parts"
        else:
            _load(catalog, plugin, point)
        catalog.plugins.append(plugin)
    broken = [plugin for plugin in catalog.plugins if plugin.problem]
    if broken and not survive:
        lines = [f"plugin {plugin.origin} ({plugin.module}) {plugin.problem}" for plugin in broken]
        raise PartError("\n".join([*lines, f"to go on without a plugin, {LEAVE_OUT}"]))
    return catalog


def _load(catalog: Catalog, plugin: Plugin, point: EntryPoint) -> None:
    try:
        module = point.load()
    except PartError as error:  # of a mark
        plugin.problem = f"is refused: {error}"
        return
    except (Exception, SystemExit) as error:  # any error of a plugin becomes a problem with its name
        plugin.problem = f"does not load: {type(error).__name__}: {error}"
        return
    try:
        _shelve(catalog, plugin, module, origin=plugin.origin)
    except PartError as error:
        plugin.problem = f"is refused: {error}"
    except (Exception, SystemExit) as error:
        plugin.problem = f"fails in srkit_parts(): {type(error).__name__}: {error}"


def _shelve(catalog: Catalog, plugin: Plugin, module: Any, *, origin: str) -> None:
    manager = pluggy.PluginManager("srkit")  # a manager for each plugin, so that every part knows its origin
    manager.add_hookspecs(hookspecs)
    manager.register(module, name=origin)
    for name in dir(module):  # pluggy ignores a misspelt hook silently
        if name not in HOOKS and manager.parse_hookimpl_opts(module, name) is not None:
            raise PartError(f"unknown hook {name!r}{did_you_mean(name, HOOKS)}")
    offers = manager.hook.srkit_parts.get_hookimpls()
    if not offers:
        raise PartError(f"{origin} has no srkit_parts(); mark one with @srkit.hookimpl")
    offered = [one for offer in offers for one in cast("Iterable[Callable[..., Any]]", offer.function())]
    plugin.kinds = [one for one in offered if isinstance(one, Kind)]
    plugin.parts = [Part.of(one, origin=origin) for one in offered if not isinstance(one, Kind)]
    catalog.add(plugin.parts, kinds=plugin.kinds, origin=origin)
