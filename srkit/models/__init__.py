"""Networks from a low-resolution image to a high-resolution one. One file each; list them below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.hookspecs import hookimpl
from srkit.models.bicubic import Bicubic
from srkit.models.bsrn import BSRN
from srkit.models.carn import CARN
from srkit.models.carn_m import CARNM
from srkit.models.imdn import IMDN
from srkit.models.lapsrn import LapSRN
from srkit.models.ms_lapsrn import MSLapSRN
from srkit.models.rfdn import RFDN
from srkit.models.rlfn import RLFN
from srkit.models.span import SPAN
from srkit.models.swinir_light import SwinIRLight


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in models."""
    return [Bicubic, BSRN, CARN, CARNM, IMDN, LapSRN, MSLapSRN, RFDN, RLFN, SPAN, SwinIRLight]
