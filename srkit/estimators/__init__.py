"""Estimators, which estimate the blur kernel of an image. One file each; list them below.

An estimator takes (low (1,C,h,w) in [0,1], draws) and gives the kernel (1,k,k) that made low. The built-in ones do
not depend on the image. ``average`` and ``bicubic`` are baselines for estimators that do (``srkit kernels``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.estimators.average import Average
from srkit.estimators.bicubic import Bicubic
from srkit.estimators.stored import Stored
from srkit.hookspecs import hookimpl


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in estimators."""
    return [Average, Bicubic, Stored]
