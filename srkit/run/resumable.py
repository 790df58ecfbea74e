"""Changes of a config between two parts of a run, and whether the run can resume with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from srkit.config.identity import Role, below, keys_of
from srkit.experiment import Experiment

MAY_CHANGE = frozenset(keys_of(Experiment, {Role.MEASURED, Role.HARMLESS}))
"""Options that may be changed before a resume, since the trained weights do not depend on them.

Metrics may not: weights would be compared by values of different protocols.
"""

ABSENT = object()


def changes(
    before: Any,
    now: Any,
    contents: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {}),
    at: str = "",
    *,
    newer: bool = False,
) -> Iterator[str]:
    """Yield ``key: was A, is now B`` for every difference with which a run cannot resume.

    An option that names files may name others of the same content.

    Args:
        before: The filled config that the run has been trained with so far, as plain values.
        now: The filled config to resume with.
        contents: Digests of the files behind both, by the keys of the options that name them.
        at: The key of both; empty for whole configs.
        newer: Whether this srkit has another version, which may have further options.
    """
    if at in MAY_CHANGE or (newer and before is ABSENT):
        return
    was, found = (digests.get(at) for digests in contents)
    if was is not None and was == found:
        return
    if before == now:
        yield from _replaced(contents, at)
        return
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for key in dict.fromkeys([*before, *now]):
            yield from changes(before.get(key, ABSENT), now.get(key, ABSENT), contents, below(at, key), newer=newer)
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for index, pair in enumerate(zip(before, now, strict=True)):
            yield from changes(*pair, contents, below(at, str(index)), newer=newer)
    else:
        yield f"{at}: was {_said(before)}, is now {_said(now)}"


def _replaced(contents: tuple[Mapping[str, str], Mapping[str, str]], at: str) -> Iterator[str]:
    """Yield a line for each option at or below ``at`` that names the same files with another content."""
    before, now = contents
    for key, digest in before.items():
        if f"{key}.".startswith(below(at, "")) and now.get(key, digest) != digest:
            what = "images" if key.startswith("data.") else "content"
            yield f"{key}: has other {what} than at the start of the run"


def _said(value: Any) -> str:
    return "not given" if value is ABSENT else repr(value)
