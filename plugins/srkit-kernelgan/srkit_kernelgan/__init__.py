"""KernelGAN (Bell-Kligler, Shocher and Irani, NeurIPS 2019) for srkit: the blur kernel of an image, by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import srkit
from srkit_kernelgan.absolute import Absolute
from srkit_kernelgan.estimator import KernelGAN
from srkit_kernelgan.windows import Windows


@srkit.hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the parts of this package to srkit."""
    return [KernelGAN, Windows, Absolute]
