"""What of a config was changed while its run was interrupted, and whether the run can go on with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from srkit.config.identity import Role, keys_of
from srkit.experiment import Experiment

MAY_CHANGE = frozenset(keys_of(Experiment, {Role.MEASURED, Role.HARMLESS}))
"""Options that may change on the way: what is learnt does not depend on them.

Metrics are none of them: PSNR of another protocol would choose among weights that were measured by this one.
"""

ABSENT = object()


def changes(before: Any, now: Any, at: str = "", *, newer: bool = False) -> Iterator[str]:
    """Yield ``key: was A, is now B`` for every difference that a run cannot go on with.

    Args:
        before: The filled config that the run has been trained with so far, as plain values.
        now: The one it is to go on with.
        at: The key of both; empty for whole configs.
        newer: Whether this is another srkit than that of before, which may have further options.
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
