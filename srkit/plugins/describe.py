"""What a part says of itself: its options, their types, defaults and meaning."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import get_type_hints

from srkit.config.check import spell
from srkit.registry import Part

OPTION = re.compile(r"^ {4}(\w+):\s*(.+?)(?=^ {4}\w+:|\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Option:
    """One option of a part, as its author wrote it."""

    name: str
    wants: str
    default: str
    meaning: str


def options(part: Part) -> list[Option]:
    """Read the options of ``part`` from its signature, and their meaning from its docstring."""
    factory = part.factory
    hints = get_type_hints(factory.__init__ if inspect.isclass(factory) else factory, include_extras=True)
    meanings = documented(part)
    return [
        Option(name, spell(hints[name]), _spell_default(parameter), meanings.get(name, ""))
        for name, parameter in inspect.signature(factory).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    ]


def documented(part: Part) -> dict[str, str]:
    """Return what the section ``Args:`` of the docstring says, by name."""
    _, _, rest = (inspect.getdoc(part.factory) or "").partition("Args:\n")
    section = re.split(r"\n(?=\S)", rest)[0]
    return {name: " ".join(text.split()) for name, text in OPTION.findall(section)}


def _spell_default(parameter: inspect.Parameter) -> str:
    if parameter.default is parameter.empty:
        return "required"
    use = getattr(parameter.default, "use", None)
    return str(use) if use else repr(parameter.default)
