"""Metrics, which give one value per image. One file each; list them below.

A metric takes (prediction, target) (N,C,H,W) in [0,1] and gives (N,). Its ``protocol``, plain
values by name, says how it measures: srkit writes no number without it.

PSNR and SSIM round both images to 8 bits, turn RGB into luma in float64 without rounding it
again, and cut the border off, as LapSRN's and most evaluation code does. An image of one channel is
gray, and is repeated to RGB before that. Images that are luma already need the option ``gray: as_is``.

Every metric computes on the device of its images, which is the CPU in all that srkit measures.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.hookspecs import hookimpl
from srkit.metrics.consistency import Consistency
from srkit.metrics.dists import DISTS
from srkit.metrics.lpips import LPIPS
from srkit.metrics.niqe import NIQE
from srkit.metrics.psnr import PSNR
from srkit.metrics.ssim import SSIM
from srkit.metrics.vgg_distance import VGGDistance


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in metrics."""
    return [PSNR, SSIM, Consistency, LPIPS, DISTS, NIQE, VGGDistance]
