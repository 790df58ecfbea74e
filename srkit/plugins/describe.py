"""What a part says of itself: its options, their types, defaults and meaning."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import Any

from srkit.config.show import fill, in_line
from srkit.config.signature import Declared, declared
from srkit.config.spelling import spell
from srkit.registry import Part

OPTION = re.compile(r"^ {4}(\w+):\s*(.+?)(?=^ {4}\w+:|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Option:
    """One option of a part, in the words of YAML."""

    name: str
    wants: str
    default: str
    meaning: str


def options(part: Part) -> list[Option]:
    """Read the options of ``part`` from its signature, and their meaning from its docstring."""
    meanings = documented(part)
    return [
        Option(name, spell(option.wanted), _spell_default(option), meanings.get(name, ""))
        for name, option in declared(part.factory).items()
    ]


def documented(part: Part) -> dict[str, str]:
    """Return what the section ``Args:`` of the docstring says, by name."""
    _, _, rest = (inspect.getdoc(part.factory) or "").partition("Args:\n")
    section = re.split(r"\n(?=\S)", rest)[0]
    return {name: " ".join(text.split()) for name, text in OPTION.findall(section)}


def _spell_default(option: Declared) -> str:
    return "required" if option.required else in_line(_short(fill(option.default)))


def _short(tree: Any) -> Any:
    """Return a tree with ``{use: NAME}`` as ``NAME``, which means the same."""
    if isinstance(tree, dict):
        return tree["use"] if tree.keys() == {"use"} else {name: _short(value) for name, value in tree.items()}
    return [_short(value) for value in tree] if isinstance(tree, list) else tree
