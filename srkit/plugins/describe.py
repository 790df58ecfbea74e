"""Descriptions of parts: their options with types, defaults and meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from srkit.config.docstring import documented
from srkit.config.show import fill, in_line
from srkit.config.signature import Declared, declared
from srkit.config.spelling import spell
from srkit.registry import Part


@dataclass(frozen=True)
class Option:
    """One option of a part, spelled for authors of YAML."""

    name: str
    wants: str
    default: str
    meaning: str


def options(part: Part) -> list[Option]:
    """Read the options of ``part`` from its signature, and their meaning from its docstring."""
    meanings = documented(part.factory)
    return [
        Option(name, spell(option.wanted), _spell_default(option), meanings.get(name, ""))
        for name, option in declared(part.factory).items()
    ]


def _spell_default(option: Declared) -> str:
    return "required" if option.required else in_line(_short(fill(option.default)))


def _short(tree: Any) -> Any:
    """Return a tree with ``{use: NAME}`` as ``NAME``, which means the same."""
    if isinstance(tree, dict):
        return tree["use"] if tree.keys() == {"use"} else {name: _short(value) for name, value in tree.items()}
    return [_short(value) for value in tree] if isinstance(tree, list) else tree
