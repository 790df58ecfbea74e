"""A network on the command line: a file, a folder, a name, or a reader with its options."""

from __future__ import annotations

from typing import Any


def read_model(text: str) -> str | dict[str, Any]:
    """Return the argument for ``srkit.weights.load.load``: the text itself, or the mapping that it spells.

    Raises:
        ConfigError: The text begins like a mapping, but is not one.
    """
    if not text.startswith("{"):
        return text
    from srkit.cli.part_option import read_part_option

    use, options = read_part_option(text, "model")
    return {"use": use, **options}
