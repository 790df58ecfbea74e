"""Changes of a config between two parts of a run, and whether the run can resume with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from srkit.config.identity import Role, keys_of
from srkit.experiment import Experiment

MAY_CHANGE = frozenset(keys_of(Experiment, {Role.MEASURED, Role.HARMLESS}))
"""Options that may be changed before a resume, since the trained weights do not depend on them.

Metrics may not: weights would be compared by values of different protocols.
"""

ABSENT = object()


def changes(before: Any, now: Any, at: str = "", *, newer: bool = False) -> Iterator[str]:
    """Yield ``key: was A, is now B`` for every difference with which a run cannot resume.

    Args:
        before: The filled config that the run has been trained with so far, as plain values.
        now: The filled config to resume with.
        at: The key of both; empty for whole configs.
        newer: Whether this srkit has another version, which may have further options.
    """
    if at in MAY_CHANGE or before == now or (newer and before is ABSENT):
        return
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for key in dict.fromkeys([*before, *now]):
            yield from changes(
                before.get(key, ABSENT), now.get(key, ABSENT), f"{at}.{key}".lstrip("."), newer=newer
            )
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for index, pair in enumerate(zip(before, now, strict=True)):
            yield from changes(*pair, f"{at}.{index}", newer=newer)
    else:
        yield f"{at}: was {_said(before)}, is now {_said(now)}"


def _said(value: Any) -> str:
    return "not given" if value is ABSENT else repr(value)
