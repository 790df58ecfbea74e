"""Networks from a low-resolution image to a high-resolution one. One file each; list them below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.hookspecs import hookimpl
from srkit.models.bicubic import Bicubic
from srkit.models.lapsrn import LapSRN
from srkit.models.ms_lapsrn import MSLapSRN


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in models."""
    return [Bicubic, LapSRN, MSLapSRN]
