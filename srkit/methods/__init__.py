"""Methods, which enlarge one image and may learn from it. One file each; list them below.

A method takes (low (1,C,h,w) in [0,1], draws) and gives high (1,C,s*h,s*w), on the tensor's own device. It is
called with one whole image and with gradients switched on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.hookspecs import hookimpl
from srkit.methods.back_projection import BackProjection
from srkit.methods.zssr import ZSSR


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in methods."""
    return [BackProjection, ZSSR]
