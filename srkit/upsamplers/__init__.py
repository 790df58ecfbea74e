"""Layers that take features to a larger grid. One file each; list them below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.hookspecs import hookimpl
from srkit.upsamplers.bicubic import Bicubic
from srkit.upsamplers.resize_conv import ResizeConv
from srkit.upsamplers.subpixel import Subpixel
from srkit.upsamplers.transposed_conv import TransposedConv


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in upsamplers."""
    return [Bicubic, ResizeConv, Subpixel, TransposedConv]
