"""Interpolations such as ``${let.name}``: their values, and the keys where these values were written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from omegaconf import DictConfig, ListConfig, OmegaConf
from omegaconf.errors import InterpolationToMissingValueError, OmegaConfBaseException

from srkit.config.merge import Keys
from srkit.errors import ConfigError, Problem

LEADING = re.compile(r"\$\{\s*(?P<dots>\.*)(?P<name>[^${}:]*?)\s*(?P<resolver>:.*)?\}", re.DOTALL)
"""An interpolation at the start of a text. It names a resolver or a key; a key with leading dots is relative."""


def resolve(tree: Mapping[str, Any], where: Callable[[Keys], str]) -> dict[str, Any]:
    """Return ``tree`` with every interpolation replaced by its value.

    Args:
        tree: Plain values, as they were written.
        where: Returns the place of a key, for messages.

    Raises:
        ConfigError: Lists every interpolation without a value, and every ``???``.
    """
    root = OmegaConf.create(dict(tree))
    problems: list[Problem] = []

    def follow(node: Any, at: Keys) -> Any:
        if isinstance(node, DictConfig):
            return {str(key): value_of(node, key, (*at, str(key))) for key in node}
        if isinstance(node, ListConfig):
            return [value_of(node, index, (*at, str(index))) for index in range(len(node))]
        return node

    def value_of(node: Any, key: Any, at: Keys) -> Any:
        def blame(what: str) -> None:
            problems.append(Problem(where(at), ".".join(at), what))

        if OmegaConf.is_missing(node, key):
            blame(f"must be given (it is '???'), for example as {'.'.join(at)}=VALUE")
            return None
        try:
            return follow(node[key], at)
        except InterpolationToMissingValueError:  # the value that is missing is listed itself
            return None
        except OmegaConfBaseException as error:
            reason = str(error).partition("\n")[0]
            blame(reason[:1].lower() + reason[1:])
            return None

    resolved = follow(root, ())
    if problems:
        raise ConfigError(problems)
    return cast("dict[str, Any]", resolved)


def borrowed(written: Mapping[str, Any], resolved: Any, at: Keys = ()) -> Iterator[tuple[Keys, Keys | None]]:
    """Yield (key, source) for every text that begins with the value of another key, its source.

    The source is None if the text begins with the value of a resolver, such as ``${oc.env:NAME}``.

    Args:
        written: The whole tree before interpolations were followed.
        resolved: What stands at ``at`` in the tree afterwards.
        at: The key of ``resolved``.
    """
    if isinstance(resolved, Mapping):
        for name, value in resolved.items():
            yield from borrowed(written, value, (*at, name))
    elif isinstance(resolved, list):
        for index, value in enumerate(resolved):
            yield from borrowed(written, value, (*at, str(index)))
    elif isinstance(resolved, str):
        source = _source(written, at)
        if source != at:
            yield at, source


def _source(written: Mapping[str, Any], keys: Keys) -> Keys | None:
    """Return the key where the beginning of the text at ``keys`` is written literally."""
    node: Any = written
    for depth, key in enumerate(keys, start=1):
        node = node[int(key)] if isinstance(node, list) else node.get(key)
        found = LEADING.match(node) if isinstance(node, str) else None
        if found is None:
            continue
        if found["resolver"]:
            return None
        dots = len(found["dots"])
        above = keys[: depth - dots] if dots else ()
        return _source(written, (*above, *re.split(r"[.\[\]]+", found["name"].rstrip("]")), *keys[depth:]))
    return keys
