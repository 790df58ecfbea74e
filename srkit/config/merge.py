"""Merging a later file or override into the tree that was read before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Keys = tuple[str, ...]
"""The path of a value in a tree: names of mappings, and numbers of list elements as text."""


def laid(under: Any, over: Any) -> Any:
    """Merge ``over`` into ``under`` as a later file into an earlier one, and return ``under``, which is changed."""
    tree = {"": under}
    list(lay(tree, {"": over}))
    return tree[""]


def lay(under: dict[str, Any], over: Mapping[str, Any], at: Keys = ()) -> Iterator[Keys]:
    """Merge ``over`` into ``under`` in place, and yield the keys that it replaced.

    Mappings merge, with one exception: a mapping that uses another part replaces
    the old one, or the old part's options would be handed to the new part. A bare
    part name counts as a mapping that uses it, and a list as a mapping of its
    elements for an override that names them by number (``metrics.0.border=4``).
    """
    for key, new in over.items():
        old = under.get(key)
        if isinstance(old, str) and isinstance(new, dict) and new.get("use", old) == old:
            old = under[key] = {"use": old}
        if isinstance(new, str) and isinstance(old, dict) and old.get("use") == new:
            new = {"use": new}
        if isinstance(old, dict) and isinstance(new, dict) and new.get("use", old.get("use")) == old.get("use"):
            yield from lay(old, new, (*at, key))
        elif isinstance(old, list) and isinstance(new, dict) and new and new.keys() <= _numbered(old).keys():
            elements = _numbered(old)
            yield from lay(elements, new, (*at, key))
            under[key] = list(elements.values())
        else:
            under[key] = new
            yield (*at, key)


def _numbered(elements: list[Any]) -> dict[str, Any]:
    return {str(index): element for index, element in enumerate(elements)}
