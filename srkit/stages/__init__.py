"""Stages of the degradation ``chain``. One file each; list them below.

A stage takes (work, draws) and gives the work with other images: blurred, resized, with noise. Images of a
batch may have different sizes, values are about [0,1] and not rounded, and image n depends on its own row of
the draws alone. Only ``chain`` brings images to their final size and rounds them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.hookspecs import hookimpl
from srkit.stages.blur import Blur
from srkit.stages.clip import Clip
from srkit.stages.jpeg import Jpeg
from srkit.stages.maybe import Maybe
from srkit.stages.noise import Noise
from srkit.stages.one_of import OneOf
from srkit.stages.poisson import Poisson
from srkit.stages.resize import Resize
from srkit.stages.sequence import Sequence
from srkit.stages.sharpen import Sharpen
from srkit.stages.shrink import Shrink
from srkit.stages.shuffle import Shuffle
from srkit.stages.sinc import Sinc
from srkit.stages.speckle import Speckle
from srkit.stages.webp import WebP


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in stages."""
    return [
        Blur,
        Clip,
        Jpeg,
        Maybe,
        Noise,
        OneOf,
        Poisson,
        Resize,
        Sequence,
        Sharpen,
        Shrink,
        Shuffle,
        Sinc,
        Speckle,
        WebP,
    ]
