"""Losses, which training minimises. One file each; list them below.

A loss takes images in [0,1], Y or RGB, and gives a scalar. It is computed in
float32 whatever the network runs in, and may own a frozen network and its device.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.hookspecs import hookimpl
from srkit.losses.charbonnier import Charbonnier
from srkit.losses.fft import FFT
from srkit.losses.huber import Huber
from srkit.losses.l1 import L1
from srkit.losses.low_resolution import LowResolution
from srkit.losses.ms_ssim import MSSSIM
from srkit.losses.mse import MSE
from srkit.losses.perceptual import Perceptual
from srkit.losses.ssim import SSIM
from srkit.losses.tv import TV
from srkit.losses.weighted import Weighted


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in losses."""
    return [Charbonnier, FFT, Huber, L1, LowResolution, MSE, MSSSIM, Perceptual, SSIM, TV, Weighted]
