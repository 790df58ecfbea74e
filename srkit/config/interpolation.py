"""Interpolations such as ``${let.name}``: what they lead to, and who wrote what they lead to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from omegaconf import DictConfig, ListConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from srkit.config.merge import Keys
from srkit.errors import ConfigError, Problem

LEADING = re.compile(r"\$\{\s*(?P<dots>\.*)(?P<name>[^${}:]*?)\s*(?P<resolver>:.*)?\}", re.DOTALL)
"""An interpolation that begins a text: of a key, relative to its place if it begins with dots, or by a resolver."""


def resolve(tree: Mapping[str, Any], where: Callable[[Keys], str]) -> dict[str, Any]:
    """Return ``tree`` with every interpolation replaced by what it leads to.

    Args:
        tree: Plain values, as they were written.
        where: Names the place of a key in a message.

    Raises:
        ConfigError: Every interpolation that leads nowhere, and every ``???``.
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
        except OmegaConfBaseException as error:
            reason = str(error).partition("\n")[0]
            blame(reason[:1].lower() + reason[1:])
            return None

    resolved = follow(root, ())
    if problems:
        raise ConfigError(problems)
    return cast("dict[str, Any]", resolved)


def borrowed(written: Mapping[str, Any], resolved: Any, at: Keys = ()) -> Iterator[tuple[Keys, Keys | None]]:
    """Yield the keys of texts that begin with what another key says, each with that key.

    It is None where the text begins with what a resolver gives, such as ``${oc.env:NAME}``.

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
    """Return the key where the beginning of the text at ``keys`` was written out."""
    node: Any = written
    for depth, key in enumerate(keys, start=1):
        node = node[int(key)] if isinstance(node, list) else node.get(key)  # YAML may have the key as a number
        found = LEADING.match(node) if isinstance(node, str) else None
        if found is None:
            continue
        if found["resolver"]:
            return None
        dots = len(found["dots"])
        above = keys[: depth - dots] if dots else ()
        return _source(written, (*above, *re.split(r"[.\[\]]+", found["name"].rstrip("]")), *keys[depth:]))
    return keys
