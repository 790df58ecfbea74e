"""A part on the command line: a name, or a mapping as YAML would have it."""

from __future__ import annotations

from typing import Any


def read_choice(text: str, where: str) -> tuple[str, dict[str, Any]]:
    """Return the name and the options in ``text``.

    Raises:
        ConfigError: It is neither a name nor a mapping with ``use``.
    """
    import yaml

    from srkit.errors import ConfigError, Problem

    try:
        tree = yaml.safe_load(text)
    except yaml.YAMLError:
        tree = None
    if isinstance(tree, str):
        tree = {"use": tree}
    if not isinstance(tree, dict) or not isinstance(tree.get("use"), str):
        what = f"wants a name or a mapping such as '{{use: NAME, option: 3}}', got {text!r}"
        raise ConfigError([Problem(where, "", what)])
    return tree.pop("use"), tree
