"""The names of all parts, read from source text: nothing is imported, so it takes no time.

A part is marked where it is written, ``@srkit.upsampler("subpixel")``, so its
name can be read without importing torch. What a plugin marks but does not
return from ``srkit_parts`` is listed here too; ``load_catalog`` is the judge.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path

from srkit.plugins.catalog import installed
from srkit.plugins.rooms import BUILT_IN
from srkit.registry import KINDS

KIND_NAMES = frozenset(kind.name for kind in KINDS)


def part_names(points: Iterable[EntryPoint] | None = None) -> dict[str, list[str]]:
    """Return the sorted part names of every kind, built in and installed."""
    names: dict[str, set[str]] = {kind.name: set() for kind in KINDS}
    modules = [*BUILT_IN, *(point.module for point in (installed() if points is None else points))]
    for module in modules:
        for file in _files(module):
            for kind, name in _marks_in(file):
                names[kind].add(name)
    return {kind: sorted(found) for kind, found in names.items()}


def _marks_in(file: Path) -> list[tuple[str, str]]:
    """Return the marks of a file; none where it is no Python, for then its plugin does not load."""
    try:
        return list(marks(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, SyntaxError):
        return []


def marks(source: str) -> Iterator[tuple[str, str]]:
    """Yield (kind, name) of every part marked in ``source``."""
    for node in ast.walk(ast.parse(source)):
        for call in getattr(node, "decorator_list", []):
            match call:
                case ast.Call(
                    func=ast.Attribute(value=ast.Name("srkit"), attr=kind) | ast.Name(id=kind),
                    args=[ast.Constant(value=str(name))],
                ) if kind in KIND_NAMES:
                    yield kind, name


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
