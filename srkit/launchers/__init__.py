"""Launchers, which run the arms of a study. One file each; list them below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.hookspecs import hookimpl
from srkit.launchers.local import Local


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in launchers."""
    return [Local]
