"""Networks from a low-resolution image to a high-resolution one. One file each; list them below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.hookspecs import hookimpl
from srkit.models.bicubic import Bicubic
from srkit.models.bsrn import BSRN
from srkit.models.carn import CARN
from srkit.models.carn_m import CARNM
from srkit.models.compact import Compact
from srkit.models.edsr import EDSR
from srkit.models.espcn import ESPCN
from srkit.models.fsrcnn import FSRCNN
from srkit.models.imdn import IMDN
from srkit.models.lapsrn import LapSRN
from srkit.models.ms_lapsrn import MSLapSRN
from srkit.models.msrresnet import MSRResNet
from srkit.models.rfdn import RFDN
from srkit.models.rlfn import RLFN
from srkit.models.span import SPAN
from srkit.models.srcnn import SRCNN
from srkit.models.srresnet import SRResNet
from srkit.models.swinir_light import SwinIRLight
from srkit.models.vdsr import VDSR


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in models."""
    return [
        Bicubic,
        BSRN,
        CARN,
        CARNM,
        Compact,
        EDSR,
        ESPCN,
        FSRCNN,
        IMDN,
        LapSRN,
        MSLapSRN,
        MSRResNet,
        RFDN,
        RLFN,
        SPAN,
        SRCNN,
        SRResNet,
        SwinIRLight,
        VDSR,
    ]
