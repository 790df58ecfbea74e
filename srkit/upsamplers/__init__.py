"""Layers that take features to a larger grid. One file each; list them below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.hookspecs import hookimpl
from srkit.upsamplers.bicubic import Bicubic
from srkit.upsamplers.carafe import CARAFE
from srkit.upsamplers.dysample import DySample
from srkit.upsamplers.nearest_steps import NearestSteps
from srkit.upsamplers.pixel_attention import PixelAttention
from srkit.upsamplers.pixel_tcl import PixelTCL
from srkit.upsamplers.resize_conv import ResizeConv
from srkit.upsamplers.subpixel import Subpixel
from srkit.upsamplers.transposed_conv import TransposedConv


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in upsamplers."""
    return [
        Bicubic,
        CARAFE,
        DySample,
        NearestSteps,
        PixelAttention,
        PixelTCL,
        ResizeConv,
        Subpixel,
        TransposedConv,
    ]
