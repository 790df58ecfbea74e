"""Image super-resolution, put together from parts.

This module is two doors. The user's: ``load`` a network, ``upscale`` an array. The plugin author's: the hook
marker, for each kind its decorator (``srkit.upsampler``) and its slot (``srkit.Upsampler``), and the limits of
options. It imports nothing heavy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from srkit.config.limits import Range as Range
from srkit.config.limits import limited as limited
from srkit.hookspecs import hookimpl as hookimpl
from srkit.parts import *  # noqa: F403 - a decorator for each kind, and its slot
from srkit.registry import Kind as Kind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from srkit.photographs.upscaler import Upscaler

__version__ = "0.1.0"


def load(
    name: str | Mapping[str, Any] | None = None,
    *,
    scale: float | None = None,
    device: str = "auto",
    precision: str = "auto",
    tile: int | None = None,
    strength: float = 1.0,
    wrap: bool = False,
    seed: int = 0,
) -> Upscaler:
    """Return a network that is ready to enlarge pictures of any size.

    ``srkit.load("lapsrn-x4")`` and then ``srkit.upscale(photo, model)``, or ``model(photo)``.

    Args:
        name: Weights that come with srkit (``srkit models`` lists them), a file that a reader knows, a run folder,
            ``bicubic``, a reader with its options, such as ``{"use": "basicsr", "file": "x.pth", ...}``, or a
            method with its options, such as ``{"use": "back_projection", "steps": 20}``; None is what comes with
            srkit for the scale.
        scale: What a model without weights or a method is to enlarge by, or what the shipped weights must reach
            (2).
        device: cpu, cuda, ...; auto takes what there is.
        precision: fp32 or bf16; auto is bf16 where the device computes it fast.
        tile: Side of a tile in pixels; None is what fits into memory and is fast.
        strength: Share of the network in the result, from 0, bicubic alone, to 1.
        wrap: Continue pictures at each border with their other side, for textures that are laid in tiles.
        seed: Of a method, which may draw random numbers.

    Raises:
        srkit.errors.CheckpointError: There are no such weights, or they do not enlarge as far.
        srkit.errors.SrkitError: Pictures are to be wrapped for a network that sees the whole picture.
        srkit.errors.TrainingError: There is no such device.
        ValueError: The strength or the side of a tile is out of range.
    """
    from srkit.photographs.upscaler import Upscaler
    from srkit.plugins import load_catalog
    from srkit.weights.load import load_for

    networks, _ = load_for(name, scale, load_catalog(), seed=seed)
    return Upscaler(networks, device=device, precision=precision, tile=tile, strength=strength, wrap=wrap)


def upscale(
    image: NDArray[np.generic], network: Upscaler | str | None = None, *, scale: float | None = None
) -> NDArray[Any]:
    """Enlarge a picture, as ``srkit upscale`` enlarges a file.

    Args:
        image: (H,W) gray, or (H,W,C) with C 1 (gray), 2 (gray, alpha), 3 (RGB) or 4 (RGB, alpha); uint8,
            uint16, or floats in [0,1].
        network: What ``load`` gave, or what it takes; None is what comes with srkit for the scale.
        scale: How many times larger, whole or not: more than 1 and at most the network's; None is the network's.

    Returns:
        A picture of the same kind; its sides are ``scale`` times those of ``image``, rounded.

    Raises:
        TypeError: The array is no picture.
        ValueError: Its values, or the scale, are out of range.
        srkit.errors.SrkitError: As in ``load``; or the network gives values that are not numbers.
    """
    ready = load(network, scale=scale) if network is None or isinstance(network, str) else network
    return ready(image, scale)
