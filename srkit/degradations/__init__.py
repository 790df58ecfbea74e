"""Degradations, which make LR images from HR ones. One file each; list them below.

A degradation takes (high (N,C,sH,sW) in [0,1], draws) and gives low (N,C,H,W), batched, on
the tensors' own device. Row n of LR depends on row n of both and on nothing else. ``trace`` also returns
the values that were drawn. ``chain`` puts a degradation together from stages (``srkit.stages``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.degradations.anisotropic_gaussian import AnisotropicGaussian
from srkit.degradations.bicubic import Bicubic
from srkit.degradations.chain import Chain
from srkit.degradations.one_of import OneOf
from srkit.hookspecs import hookimpl


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in degradations."""
    return [AnisotropicGaussian, Bicubic, Chain, OneOf]
