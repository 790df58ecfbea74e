"""How LR images come about from HR ones. One file each; list them below.

A degradation takes (high (N,C,sH,sW) in [0,1], generator) and gives low
(N,C,H,W), batched, on the tensors' own device. The generator is always a CPU one,
so that a seed draws the same degradation everywhere. ``trace`` also tells what was
drawn. A part with ``resizes = False`` keeps the size and is a stage of a ``chain``.
One with ``per_channel = True`` does to every channel the same, and so to luma what it does to RGB.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.degradations.anisotropic_gaussian import AnisotropicGaussian
from srkit.degradations.bicubic import Bicubic
from srkit.degradations.chain import Chain
from srkit.degradations.jpeg import Jpeg
from srkit.degradations.noise import Noise
from srkit.degradations.one_of import OneOf
from srkit.hookspecs import hookimpl


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in degradations."""
    return [AnisotropicGaussian, Bicubic, Chain, Jpeg, Noise, OneOf]
