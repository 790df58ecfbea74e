"""Trackers, which receive the records of a run in addition to its log. One file each; list them below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.hookspecs import hookimpl
from srkit.trackers.csv import Csv
from srkit.trackers.tensorboard import Tensorboard


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in trackers."""
    return [Csv, Tensorboard]
