"""How good an image is, one value per image. One file each; list them below.

A metric takes (prediction, target) (N,C,H,W) in [0,1] and gives (N,). Its ``protocol``
says how: no number of srkit travels without it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.hookspecs import hookimpl
from srkit.metrics.lpips import LPIPS
from srkit.metrics.psnr import PSNR
from srkit.metrics.ssim import SSIM


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in metrics."""
    return [LPIPS, PSNR, SSIM]
