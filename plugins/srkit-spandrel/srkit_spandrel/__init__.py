"""Community networks for srkit, through the package spandrel. Nothing here imports spandrel before it is used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import srkit
from srkit_spandrel.exporter import Exporter
from srkit_spandrel.model import spandrel
from srkit_spandrel.reader import Reader


@srkit.hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer a reader, a model and an exporter, all of them called ``spandrel``."""
    return [spandrel, Reader, Exporter]
