"""A checked config as text: filled with every default, or explained value by value."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import yaml

from srkit.config.merge import Keys
from srkit.config.source import Source

NUMBER = re.compile(r"[-+.]*\d")
INTERPOLATION = re.compile(r"(\\*)\$\{")


def names_part(value: Any) -> bool:
    """Return whether a value is a choice or a slot's default, whose ``tree()`` gives its YAML."""
    return callable(getattr(type(value), "tree", None))  # of the type: a section may have such a field


def fill(checked: Any) -> Any:
    """Return ``checked`` (a dataclass of values and choices, or a default of one) as plain values."""
    if names_part(checked):
        return fill(checked.tree())
    if is_dataclass(checked) and not isinstance(checked, type):
        return {one.name: fill(getattr(checked, one.name)) for one in fields(checked) if one.init}
    if isinstance(checked, Mapping):
        return {name: fill(value) for name, value in checked.items()}
    if isinstance(checked, (list, tuple)):
        return [fill(value) for value in checked]
    return str(checked) if isinstance(checked, Path) else checked


def to_yaml(tree: Any) -> str:
    """Return plain values as YAML, in their own order."""
    return _dumped(tree, default_flow_style=None, width=100)


def in_line(tree: Any) -> str:
    """Return a plain value as YAML writes it within a line."""
    return _dumped([tree], default_flow_style=True, width=math.inf).strip()[1:-1]


class _Dumper(yaml.SafeDumper):
    """Writes YAML that OmegaConf, whose grammar is wider, reads back as the same values."""


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    """Quote text that OmegaConf takes for a number (1e3), and escape interpolations (``${x}``)."""
    style = "'" if NUMBER.match(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", INTERPOLATION.sub(r"\1\1\\${", text), style=style)


_Dumper.add_representer(str, _text)


def _dumped(tree: Any, **layout: Any) -> str:
    text: str = yaml.dump(tree, Dumper=_Dumper, sort_keys=False, allow_unicode=True, **layout)
    return text


def explain(checked: Any, source: Source) -> Iterator[tuple[str, Any, str]]:
    """Yield (key, value, place) of every value; the place is where it was set last, or "default"."""
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
