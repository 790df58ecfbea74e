"""Exporters, which write a network for other programs. One file each; list them below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.exporters.onnx import Onnx
from srkit.hookspecs import hookimpl


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in exporters."""
    return [Onnx]
