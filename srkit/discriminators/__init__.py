"""Discriminators, which learn to tell HR from SR. One file each; list them below.

A discriminator is told the side of the crops when it is built, and refuses one that it cannot halve often enough.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srkit.discriminators.patchgan import PatchGAN
from srkit.discriminators.unet import UNet
from srkit.discriminators.vgg128 import VGG128
from srkit.hookspecs import hookimpl


@hookimpl
def srkit_parts() -> list[Callable[..., Any]]:
    """Offer the built-in discriminators."""
    return [PatchGAN, UNet, VGG128]
