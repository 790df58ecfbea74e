"""The names of all parts, read from source text without importing anything, which is fast.

A part is marked where it is written, ``@srkit.upsampler("subpixel")``, so its
name can be read without importing torch. Parts that a plugin marks but does not
return from ``srkit_parts`` are listed here too; ``load_catalog`` is exact.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path

from srkit.installed import installed
from srkit.parts import KINDS
from srkit.plugins.rooms import BUILT_IN

KIND_NAMES = {kind.name: kind.name for kind in KINDS}
"""The names of the built-in kinds by their decorators."""


def part_names(points: Iterable[EntryPoint] | None = None) -> dict[str, list[str]]:
    """Return the sorted part names of every kind, built in and installed."""
    names: dict[str, set[str]] = {kind.name: set() for kind in KINDS}
    modules = [*BUILT_IN, *(point.module for point in (installed() if points is None else points))]
    for module in modules:
        trees = [tree for file in _files(module) if (tree := _tree(file)) is not None]
        decorators = KIND_NAMES | dict(found for tree in trees for found in kinds(tree))
        for tree in trees:
            for kind, name in marks(tree, decorators):
                names.setdefault(kind, set()).add(name)
    return {kind: sorted(found) for kind, found in names.items()}


def _tree(file: Path) -> ast.Module | None:
    """Return the syntax tree of a file; None if it is not valid Python, and its plugin does not load."""
    try:
        return ast.parse(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return None


def kinds(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield (variable, name) of every kind that a plugin brings: ``window = srkit.Kind("window", ...)``."""
    for node in tree.body:
        match node:
            case ast.Assign(
                targets=[ast.Name(id=variable)],
                value=ast.Call(
                    func=ast.Attribute(attr="Kind") | ast.Name(id="Kind"), args=[ast.Constant(value=str(name)), *_]
                ),
            ):
                yield variable, name


def marks(tree: ast.Module, decorators: Mapping[str, str] = KIND_NAMES) -> Iterator[tuple[str, str]]:
    """Yield (kind, name) of every part that is marked by one of ``decorators``, given with their kinds."""
    for node in ast.walk(tree):
        for call in getattr(node, "decorator_list", []):
            match call:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name("srkit"), attr=decorator) | ast.Name(id=decorator),
                    args=[ast.Constant(value=str(name))],
                ) if decorator in decorators:
                    yield decorators[decorator], name


def _files(module: str) -> Iterator[Path]:
    """Find the source files of ``module`` without importing it or its parents."""
    top, *rest = module.split(".")
    spec = find_spec(top)
    if spec is None or spec.origin is None:
        return
    if not spec.submodule_search_locations:
        yield Path(spec.origin)
        return
    for location in spec.submodule_search_locations:
        place = Path(location, *rest)
        if place.is_dir():
            yield from sorted(place.rglob("*.py"))
        elif place.with_suffix(".py").is_file():
            yield place.with_suffix(".py")
