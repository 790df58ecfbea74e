"""A network on the command line: a file, a folder, a name, or a reader with its options."""

from __future__ import annotations

from typing import Any


def read_model(text: str) -> str | dict[str, Any]:
    """Return what ``srkit.weights.load.load`` takes: the text itself, or the mapping that it spells.

    Raises:
        ConfigError: It begins as a mapping, and is none.
    """
    if not text.startswith("{"):
        return text
    from srkit.cli.choice import read_choice

    use, options = read_choice(text, "model")
    return {"use": use, **options}
