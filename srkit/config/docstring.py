"""The summary and the option descriptions in the docstring of a part or a section."""

from __future__ import annotations

import inspect
import re
from typing import Any

OPTION = re.compile(r"^ {4}(\w+):\s*(.+?)(?=^ {4}\w+:|\Z)", re.MULTILINE | re.DOTALL)


def summary(schema: Any) -> str:
    """Return the first line of a docstring."""
    return (inspect.getdoc(schema) or "").partition("\n")[0]


def documented(schema: Any) -> dict[str, str]:
    """Return the descriptions in the section ``Args:``, by the name of the option."""
    _, _, rest = (inspect.getdoc(schema) or "").partition("Args:\n")
    section = re.split(r"\n(?=\S)", rest)[0]
    return {name: " ".join(text.split()) for name, text in OPTION.findall(section)}
