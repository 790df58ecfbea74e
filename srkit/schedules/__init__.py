"""Schedules of the learning rate. One file each; list them below.

Every schedule is a multiple of the optimizer's own rate as a function of the step,
so a resumed run has the same rates, to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.hookspecs import hookimpl
from srkit.schedules.constant import constant
from srkit.schedules.cosine import cosine
from srkit.schedules.cosine_restarts import cosine_restarts
from srkit.schedules.exponential import exponential
from srkit.schedules.one_cycle import one_cycle
from srkit.schedules.step import step


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in schedules."""
    return [constant, cosine, cosine_restarts, exponential, one_cycle, step]
