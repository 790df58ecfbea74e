"""``${file:PATH}`` as a value: the content of another YAML file in its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from srkit.config.merge import Keys
from srkit.config.place import Layer, Mark, Marks
from srkit.errors import ConfigError, Problem

INCLUDE = re.compile(r"\$\{\s*file\s*:\s*(?P<path>[^${}]+?)\s*\}")


def included(layer: Layer, load: Callable[[Path], Layer], around: tuple[Path, ...] = ()) -> Layer:
    """Return ``layer`` with the content of each file that a value names, and the places in that file.

    It happens before anything is merged, so overrides may change single values of a file that was included.

    Args:
        layer: The tree of one file or override, and its marks.
        load: Reads one file.
        around: The files that the layer stands in, which it may not include again.

    Raises:
        ConfigError: A file that is named cannot be read, is no mapping of options, or includes itself.
    """
    tree, marks = layer
    problems: list[Problem] = []

    def follow(node: Any, at: Keys) -> Any:
        if isinstance(node, dict):
            return {name: follow(value, (*at, name)) for name, value in node.items()}
        if isinstance(node, list):
            return [follow(value, (*at, str(index))) for index, value in enumerate(node)]
        found = INCLUDE.fullmatch(node.strip()) if isinstance(node, str) else None
        return node if found is None else content(found["path"].strip("'\""), at)

    def content(path: str, at: Keys) -> Any:
        mark = _mark(marks, at)
        file = mark.folder / path
        if file.resolve() in around:
            problems.append(Problem(mark.place, ".".join(at), f"includes {file}, which includes it in turn"))
            return None
        try:
            inner, inner_marks = included(load(file), load, (*around, file.resolve()))
        except ConfigError as error:
            problems.extend(
                Problem(mark.place, ".".join(at), f"{one.where}: {one.what}") if one.where == str(file) else one
                for one in error.problems
            )
            return None
        more.update({(*at, *keys): inner_mark for keys, inner_mark in inner_marks.items()})
        return inner

    more: Marks = {}
    result = follow(tree, ())
    if problems:
        raise ConfigError(problems)
    return result, marks | more


def _mark(marks: Marks, keys: Keys) -> Mark:
    while keys not in marks and keys:
        keys = keys[:-1]
    return marks.get(keys) or Mark("config", Path.cwd())
