"""Readers, which read a network from a file of weights. One file each; list them below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.hookspecs import hookimpl
from srkit.readers.basicsr import BasicSR
from srkit.readers.matconvnet import MatConvNet
from srkit.readers.opencv import OpenCV
from srkit.readers.released import Released
from srkit.readers.srkit import Srkit


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in readers."""
    return [BasicSR, MatConvNet, OpenCV, Released, Srkit]
