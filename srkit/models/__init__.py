"""Networks from a low-resolution image to a high-resolution one. One file each; list them below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.hookspecs import hookimpl
from srkit.models.bicubic import Bicubic
from srkit.models.compact import Compact
from srkit.models.edsr import EDSR
from srkit.models.espcn import ESPCN
from srkit.models.fsrcnn import FSRCNN
from srkit.models.lapsrn import LapSRN
from srkit.models.ms_lapsrn import MSLapSRN
from srkit.models.msrresnet import MSRResNet
from srkit.models.srcnn import SRCNN
from srkit.models.srresnet import SRResNet
from srkit.models.vdsr import VDSR


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in models."""
    return [
        Bicubic,
        Compact,
        EDSR,
        ESPCN,
        FSRCNN,
        LapSRN,
        MSLapSRN,
        MSRResNet,
        SRCNN,
        SRResNet,
        VDSR,
    ]
