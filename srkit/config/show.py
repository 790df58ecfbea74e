"""A checked config as text: filled with every default, or explained value by value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import yaml

from srkit.config.check import Choice
from srkit.config.source import Keys, Source


def fill(checked: Any) -> Any:
    """Return ``checked`` (a dataclass of values and choices) as plain values, defaults written out."""
    if isinstance(checked, Choice):
        return {"use": checked.name, **{name: fill(value) for name, value in checked.options.items()}}
    if is_dataclass(checked) and not isinstance(checked, type):
        return {one.name: fill(getattr(checked, one.name)) for one in fields(checked)}
    if isinstance(checked, Mapping):
        return {name: fill(value) for name, value in checked.items()}
    if isinstance(checked, (list, tuple)):
        return [fill(value) for value in checked]
    return str(checked) if isinstance(checked, Path) else checked


def to_yaml(tree: Any) -> str:
    """Return plain values as YAML, in their own order."""
    text: str = yaml.safe_dump(tree, sort_keys=False, allow_unicode=True, default_flow_style=None, width=100)
    return text


def explain(checked: Any, source: Source) -> Iterator[tuple[str, Any, str]]:
    """Yield (key, value, place) of every value, where place is who said it last, or "default"."""
    for keys, value in _leaves(fill(checked), ()):
        yield ".".join(keys), value, _said(source, keys)


def _leaves(tree: Any, at: Keys) -> Iterator[tuple[Keys, Any]]:
    if isinstance(tree, Mapping) and tree:
        for name, value in tree.items():
            yield from _leaves(value, (*at, str(name)))
    elif isinstance(tree, list) and any(isinstance(value, (dict, list)) for value in tree):
        for index, value in enumerate(tree):
            yield from _leaves(value, (*at, str(index)))
    else:
        yield at, tree


def _said(source: Source, keys: Keys) -> str:
    node: Any = source.tree
    for depth, key in enumerate(keys):
        if isinstance(node, list) and key.isdigit() and int(key) < len(node):
            node = node[int(key)]
        elif isinstance(node, Mapping) and key in node:
            node = node[key]
        elif isinstance(node, str) and keys[depth:] == ("use",):  # `loss: l1` is `loss: {use: l1}`
            return source.where(keys[:-1])
        else:
            return "default"
    return source.where(keys)
